#include <saddle/plugin.hpp>

#include <limits>

#include "support/distances.hpp"
#include "support/lanes.hpp"

namespace {
using namespace saddle;

/// Pairs of the first this many real samples say how large distances are: half a million pairs are plenty.
constexpr int64_t samples_for_median = 1000;

class Mmd final : public Metric {
 public:
  static void describe(Schema<Mmd>& s) {
    s.summary(
         "Squared maximum mean discrepancy: the unbiased estimate, which may be negative. The kernel "
         "is the mean of exp(−‖x − y‖²/2b²) over bandwidths b: the scales times the median distance "
         "between two of the first 1000 real samples (were it 0: times 1), so that they don't depend "
         "on the generator.")
        .cites("Gretton et al. 2012, eq. 3");
    s.param("scales", &Mmd::scales_, {.initial = Reals{0.25, 0.5, 1, 2, 4}, .range = above(0)},
            "Bandwidths in units of the median distance.");
    s.param("bandwidths", &Mmd::bandwidths_, {.initial = Reals{}, .range = above(0)},
            "Bandwidths in the data's units, instead of those that scales give.");
  }
  int64_t smallest_samples() const override { return 2; }

  Tensor measure(const Measurement& m) const override {
    const Tensor real = points(m.real[0]);
    const auto k = static_cast<double>(real.size(0));
    const Reals widths = bandwidths(real);
    const double within_real = kernel_sum(real, real, widths);
    return by_lane(m.fake, 1, [&](const Tensor& fake) -> std::vector<double> {
      const auto n = static_cast<double>(fake.size(0));
      if (n < 2 || k < 2) return {std::numeric_limits<double>::quiet_NaN()};
      // Each sample's kernel with itself is 1; the unbiased estimate leaves it out.
      const double within =
          (kernel_sum(fake, fake, widths) - n) / (n * (n - 1)) + (within_real - k) / (k * (k - 1));
      return {within - 2 * kernel_sum(fake, real, widths) / (n * k)};
    });
  }

 private:
  /// In descending order.
  Reals bandwidths(const Tensor& real) const {
    Reals widths = bandwidths_.empty() ? scales_ : bandwidths_;
    if (bandwidths_.empty()) {
      const double median = median_distance(real.narrow(0, 0, std::min(real.size(0), samples_for_median)));
      for (double& width : widths) width *= median > 0 ? median : 1;
    }
    std::sort(widths.rbegin(), widths.rend());
    return widths;
  }

  /// Σ over all pairs of the mean kernel. Where a bandwidth is half the one before, its kernel is the fourth
  /// power of that one's: cheaper than another exponential.
  static double kernel_sum(const Tensor& x, const Tensor& y, const Reals& descending) {
    double sum = 0;
    distance_blocks(x, y, [&](int64_t, Tensor& squared) {
      Tensor kernel;
      for (size_t i = 0; i < descending.size(); ++i) {
        const double width = descending[i];
        if (i > 0 && descending[i - 1] == 2 * width)
          kernel.square_().square_();
        else
          kernel = (squared * (-0.5 / (width * width))).exp_();
        sum += kernel.sum().item<double>();
      }
    });
    return sum / static_cast<double>(descending.size());
  }

  Reals scales_, bandwidths_;
};
}  // namespace

SADDLE_PLUGIN(Mmd, "mmd")
