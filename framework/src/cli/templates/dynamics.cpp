#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Dynamics {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Every mover's optimizer is given a running mean of its gradients.");
    s.param("keep", &NewPlugin::keep_, {.initial = 0.5, .range = between(0, 1)}, "What the mean keeps.");
  }
  std::vector<std::string> states() const override { return {"mean"}; }
  void play(Turn& turn) const override {
    std::vector<Field> gradients;  // all of them before anybody moves
    for (const size_t p : turn.movers()) gradients.push_back(turn.gradient(p));
    for (size_t i = 0; i < gradients.size(); ++i) {
      const Field mean = turn.states(turn.movers()[i])[0];
      const Field next = keep_ * mean + (1 - keep_) * gradients[i];
      for (size_t j = 0; j < mean.size(); ++j) mean[j].copy_(next[j]);
      turn.move(turn.movers()[i], next);
    }
  }

 private:
  double keep_{};
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
