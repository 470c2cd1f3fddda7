#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Optimistic final : public Dynamics {
 public:
  static void describe(Schema<Optimistic>& s) {
    s.summary(
         "Optimistic mirror descent: every step s is followed by s − s′, s′ the step before. With sgd that "
         "is "
         "w − 2ηg + ηg′, with adam optimistic Adam.")
        .cites("Daskalakis et al. 2018, equation 5 and algorithm 1");
  }
  std::vector<std::string> states() const override { return {"step"}; }
  void play(Turn& turn) const override {
    std::vector<Field> gradients;
    for (const size_t p : turn.movers()) gradients.push_back(turn.gradient(p));
    for (size_t i = 0; i < gradients.size(); ++i) {
      const size_t p = turn.movers()[i];
      const bool first = turn.count(p) == 0;  // no step before: a plain step
      const Field start = saddle::copy(turn.parameters(p));
      turn.move(p, gradients[i]);
      const at::NoGradGuard no_grad;
      const Field step = turn.parameters(p) - start, before = turn.states(p)[0];
      if (!first) turn.shift(p, step - before);
      for (size_t j = 0; j < step.size(); ++j) before[j].copy_(step[j]);
    }
  }
};
}  // namespace

SADDLE_PLUGIN(Optimistic, "optimistic")
