#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Dragan final : public Penalty {
 public:
  static void describe(Schema<Dragan>& s) {
    s.summary(
         "weight · E(‖∇D(x̂)‖ − target)² around real samples: x̂ = x + α·scale·std·u, std the standard "
         "deviation "
         "of the batch's numbers, α uniform in 0 … 1 a sample, u uniform in 0 … 1 a number.")
        .cites("Kodali et al. 2017, in the form of the authors' code (the paper's noise is normal)");
    s.param("weight", &Dragan::weight_, {.initial = 10.0, .range = at_least(0)}, "Multiplies the penalty.");
    s.param("target", &Dragan::target_, {.initial = 1.0, .range = at_least(0)},
            "The gradient's norm that costs nothing.");
    s.param("scale", &Dragan::scale_, {.initial = 0.5, .range = at_least(0)},
            "How far from the real samples, in standard deviations of the batch.");
  }

  Tensor value(const Round& round) const override {
    const Tensor x = gradient_input(points(round));
    const Tensor excess = sample_norm(input_gradient(round.score(x), x)) - target_;
    return weight_ * lane_mean(excess.square());
  }

  bool needs_input_gradient() const override { return true; }

 private:
  Tensor points(const Round& round) const {
    const Tensor real = round.real();
    const Shape a_number = real.sizes().slice(1).vec();
    Shape a_sample(a_number.size(), 1), a_lane(a_number.size() + 1, 1);
    a_sample[0] = a_number[0];
    a_lane[0] = real.size(0);
    const Tensor mean = lane_mean(real).view(a_lane);
    const Tensor std = lane_mean((real - mean).square()).sqrt().view(a_lane);
    Random random = round.random("around");
    const Tensor noise = random.uniform(a_number), share = random.uniform(a_sample);
    return real + share * (scale_ * std * noise);
  }

  LaneReal weight_, target_, scale_;
};
}  // namespace

SADDLE_PLUGIN(Dragan, "dragan")
