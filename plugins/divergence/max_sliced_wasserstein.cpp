#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>

#include "support/transport.hpp"

namespace {
using namespace saddle;

class MaxSlicedWasserstein final : public Divergence {
 public:
  static void describe(Schema<MaxSlicedWasserstein>& s) {
    s.summary(
         "Max-sliced Wasserstein distance to the power of its order, without a critic: W_p^p between the "
         "batches' "
         "projections onto the direction in which they differ most, found by gradient ascent from random "
         "ones at "
         "every update. The generator's gradient is taken at that direction (Danskin's theorem); second "
         "derivatives leave out how it changes.")
        .states("family", "optimal transport")
        .states("optimum", "no critic; on the line the value is W_p^p")
        .cites("Deshpande et al. 2019")
        .cites("Kolouri et al. 2019");
    s.param(
        "order", &MaxSlicedWasserstein::order_, {.initial = 1, .range = between(1, 2)},
        "p. At 2 the best direction often lies where two samples project onto one point; the gradient is one "
        "side's there.");
    s.param("directions", &MaxSlicedWasserstein::directions_, {.initial = 10, .range = at_least(1)},
            "Random directions to start from; the best of them in the end counts.");
    s.param("steps", &MaxSlicedWasserstein::steps_, {.initial = 50, .range = at_least(0)},
            "Steps of gradient ascent on ln W_p from each.");
    s.param("rate", &MaxSlicedWasserstein::rate_, {.initial = 0.5, .range = above(0)},
            "The first step's learning rate, in radians for a slope of 1; it falls to 0 linearly.");
  }
  bool uses_critic() const override { return false; }
  std::string inexact_second_derivatives() const override {
    return steps_ > 0 ? "leave out how the direction changes" : "";
  }

  Tensor value(const Round& round) const override {
    const Tensor x = round.real().flatten(2), y = round.fake().flatten(2);
    const Tensor start = random_directions(round.random("directions"), directions_, x.size(2));
    const Tensor best = ascend(x.detach(), y.detach(), start);
    return projected_wasserstein(x, y, best, order_).squeeze(1);
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    return exact_wasserstein_power(d, order_);
  }

 private:
  // [lane, 1, feature]
  Tensor ascend(const Tensor& x, const Tensor& y, Tensor directions) const {
    for (int64_t step = 0; step < steps_; ++step) {
      const at::AutoGradMode differentiate(true);
      const Tensor at_directions = directions.detach().requires_grad_();
      const Tensor distance = projected_wasserstein(x, y, at_directions, order_);
      const Tensor gradient = input_gradient(distance, at_directions).detach();
      // The gradient of ln W_p = ln(distance)/p; along the direction itself it is 1, whatever the samples'
      // scale.
      const Tensor scale = (order_ * distance.detach()).unsqueeze(2);
      const Tensor slope = at::where(scale > 0, gradient / at::where(scale > 0, scale, 1), 0) - directions;
      // Smaller and smaller: a maximum may lie where the order of the projections changes, and with it the
      // slope.
      const double decay = 1 - static_cast<double>(step) / static_cast<double>(steps_);
      const Tensor moved = directions + rate_ * slope * decay;
      directions = moved / sample_norm(moved).unsqueeze(2);
    }
    const at::NoGradGuard no_grad;
    const Tensor best = projected_wasserstein(x, y, directions, order_).argmax(1);
    return directions.take_along_dim(best.view({-1, 1, 1}), 1);
  }

  int64_t order_{}, directions_{}, steps_{};
  LaneReal rate_;
};
}  // namespace

SADDLE_PLUGIN(MaxSlicedWasserstein, "max_sliced_wasserstein")
