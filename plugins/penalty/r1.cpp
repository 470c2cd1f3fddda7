#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class R1 final : public Penalty {
 public:
  static void describe(Schema<R1>& s) {
    s.summary("weight/2 · E‖∇D(x)‖² at real samples, D the critic's raw output.")
        .cites("Mescheder, Geiger & Nowozin 2018");
    s.param("weight", &R1::weight_, {.initial = 10.0, .range = at_least(0)}, "Multiplies the penalty.");
  }

  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(round.real());
    return weight_ * lane_mean(sample_sum(input_gradient(round.score(x), x).square())) / 2;
  }

  bool needs_input_gradient() const override { return true; }

 private:
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(R1, "r1")
