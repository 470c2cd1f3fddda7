#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class R2 final : public Penalty {
 public:
  static void describe(Schema<R2>& s) {
    s.summary("weight/2 · E‖∇D(x)‖² at generated samples, D the critic's raw output.")
        .cites("Mescheder, Geiger & Nowozin 2018");
    s.param("weight", &R2::weight_, {.initial = 10.0, .range = at_least(0)}, "Multiplies the penalty.");
  }

  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(round.fake());
    return weight_ * lane_mean(sample_sum(input_gradient(round.score(x), x).square())) / 2;
  }

  bool needs_input_gradient() const override { return true; }

 private:
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(R2, "r2")
