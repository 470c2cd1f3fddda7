#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class GradientPenalty final : public Penalty {
 public:
  static void describe(Schema<GradientPenalty>& s) {
    s.summary("weight · E(‖∇D(x)‖ − target)², D the critic's raw output.")
        .cites("Gulrajani et al. 2017, equation 3");
    s.param("weight", &GradientPenalty::weight_, {.initial = 10.0, .range = at_least(0)},
            "Multiplies the penalty.");
    s.param("target", &GradientPenalty::target_, {.initial = 1.0, .range = at_least(0)},
            "The gradient's norm that costs nothing.");
    s.param("sided", &GradientPenalty::sided_, {.initial = "two", .choices = {"two", "one"}},
            "Whether norms below the target are penalised too, or only those above.");
    s.param("at", &GradientPenalty::at_, {.initial = "between", .choices = {"between", "real", "fake"}},
            "Where the gradient is taken: at a uniform point on the line between a real and a generated "
            "sample, or at either.");
  }

  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(points(round));
    const Tensor excess = sample_norm(input_gradient(round.score(x), x)) - target_;
    return weight_ * lane_mean((sided_ == "one" ? excess.clamp_min(0) : excess).square());
  }

  bool needs_input_gradient() const override { return true; }

 private:
  Tensor points(const Round& round) const {
    if (at_ != "between") return at_ == "real" ? round.real() : round.fake();
    std::vector<int64_t> one_a_sample(static_cast<size_t>(round.real().dim() - 1), 1);
    one_a_sample[0] = round.real().size(1);
    return round.fake() + round.random("between").uniform(one_a_sample) * (round.real() - round.fake());
  }

  LaneReal weight_, target_;
  std::string sided_, at_;
};
}  // namespace

SADDLE_PLUGIN(GradientPenalty, "gradient_penalty")
