#include <saddle/plugin.hpp>

#include <algorithm>

#include "support/normal_quantile.hpp"

namespace {
using namespace saddle;

class TruncatedNormal final : public Prior {
 public:
  static void describe(Schema<TruncatedNormal>& s) {
    s.summary(
        "Independent standard normal latents between two ends, [dim]: by the inverse of the distribution "
        "function, "
        "in the tails too.");
    s.param("dim", &TruncatedNormal::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
    s.param("low", &TruncatedNormal::low_, {.initial = -2.0, .range = between(-37, 37)}, "The lower end.");
    s.param("high", &TruncatedNormal::high_, {.initial = 2.0, .range = between(-37, 37)}, "The upper end.");
  }

  Shape shape() const override {
    for (int64_t lane = 0; lane < low_.lanes(); ++lane)
      if (!(low_.at(lane) < high_.at(lane)))
        throw ParamError("high", "the upper end must lie above the lower one");
    return {dim_};
  }

  Tensor draw(Random& random, int64_t batch) const override {
    Tensor z = random.open_uniform({batch, dim_}).cpu();
    auto* x = z.mutable_data_ptr<double>();
    for (int64_t lane = 0; lane < z.size(0); ++lane)
      for (int64_t i = 0; i < batch * dim_; ++i, ++x) *x = quantile(*x, low_.at(lane), high_.at(lane));
    return z.to(random.options());
  }

 private:
  // Where both ends lie above 0, through the mirrored tail: 1 − Φ has no digits there.
  static double quantile(double u, double low, double high) {
    if (low > 0) return -quantile(1 - u, -high, -low);
    const double below = normal_cdf(low), x = normal_quantile(below + u * (normal_cdf(high) - below));
    return std::clamp(x, low, high);
  }

  int64_t dim_{};
  LaneReal low_, high_;
};
}  // namespace

SADDLE_PLUGIN(TruncatedNormal, "truncated_normal")
