#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Extragradient final : public Dynamics {
 public:
  static void describe(Schema<Extragradient>& s) {
    s.summary(
         "Looks ahead: the movers take a step, and then, from where they started, the step that the gradient "
         "at the point ahead asks for. Both gradients are of one batch.")
        .cites("Korpelevich 1976")
        .cites("Gidel et al. 2019, algorithm 4");
    s.param("keep_memory", &Extragradient::keep_memory_, {.initial = true},
            "Whether the optimizer remembers the gradient of the step ahead too, as ExtraAdam does.");
  }
  void play(Turn& turn) const override {
    const Turn::Snapshot start = turn.save();
    step(turn);
    std::vector<Field> ahead;
    for (const size_t p : turn.movers()) ahead.push_back(turn.gradient(p));
    turn.restore(start, !keep_memory_);
    for (size_t i = 0; i < ahead.size(); ++i) turn.move(turn.movers()[i], ahead[i]);
  }

 private:
  static void step(Turn& turn) {
    std::vector<Field> gradients;
    for (const size_t p : turn.movers()) gradients.push_back(turn.gradient(p));
    for (size_t i = 0; i < gradients.size(); ++i) turn.move(turn.movers()[i], gradients[i]);
  }

  bool keep_memory_ = true;
};
}  // namespace

SADDLE_PLUGIN(Extragradient, "extragradient")
