#include <saddle/plugin.hpp>

#include "support/transport.hpp"

namespace {
using namespace saddle;

class SlicedWasserstein final : public Divergence {
 public:
  static void describe(Schema<SlicedWasserstein>& s) {
    s.summary(
         "Sliced Wasserstein distance to the power of its order, without a critic: the mean of W_p^p between "
         "the "
         "batches' projections onto random directions, new ones at every update.")
        .states("family", "optimal transport")
        .states("optimum", "no critic; on the line the value is W_p^p")
        .cites("Rabin et al. 2012; Bonneel et al. 2015")
        .cites("Deshpande, Zhang & Schwing 2018");
    s.param("order", &SlicedWasserstein::order_, {.initial = 2, .range = between(1, 2)}, "p.");
    s.param("directions", &SlicedWasserstein::directions_, {.initial = 50, .range = at_least(1)},
            "How many an update.");
  }
  bool uses_critic() const override { return false; }

  Tensor value(const Round& round) const override {
    const Tensor x = round.real().flatten(2), y = round.fake().flatten(2);
    const Tensor directions = random_directions(round.random("directions"), directions_, x.size(2));
    return lane_mean(projected_wasserstein(x, y, directions, order_));
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    return exact_wasserstein_power(d, order_);
  }

 private:
  int64_t order_{}, directions_{};
};
}  // namespace

SADDLE_PLUGIN(SlicedWasserstein, "sliced_wasserstein")
