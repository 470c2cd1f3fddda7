#include <saddle/plugin.hpp>

#include "support/line.hpp"
#include "support/pairs.hpp"

namespace {
using namespace saddle;

class Energy final : public Divergence {
 public:
  static void describe(Schema<Energy>& s) {
    s.summary(
         "Energy distance 2E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ between the real and the generated batch, "
         "without a "
         "critic. On the line it is twice the squared Cramér distance.")
        .states("family", "maximum mean discrepancy")
        .states(
            "optimum",
            "no critic; the witness is v = E‖x − fake‖ − E‖x − real‖; the value is 2∫(F − G)² on the line")
        .cites("Székely & Rizzo 2013")
        .cites("Bellemare et al. 2017");
    s.param("estimator", &Energy::estimator_, {.initial = "unbiased", .choices = {"unbiased", "biased"}},
            "unbiased leaves out the pairs of a sample with itself and may be negative; biased keeps them.");
  }
  bool uses_critic() const override { return false; }
  int64_t smallest_batch() const override { return estimator_ == "unbiased" ? 2 : 1; }

  Tensor value(const Round& round) const override {
    const Tensor real = round.real().flatten(2), origin = origin_of(real);
    const Tensor x = real - origin, y = round.fake().flatten(2) - origin;
    // One after the other, as in mmd.
    const Tensor across = lane_mean(distances(x, y));
    const Tensor of_real = mean_within(distances(x, x)), of_fake = mean_within(distances(y, y));
    return (2 * across - of_real - of_fake).to(x.scalar_type());
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    return 2 * integral_of_cdf_difference(d, [](const Tensor& x) { return x.square(); });
  }

 private:
  // The pairs of a sample with itself have distance 0, counted or not.
  Tensor mean_within(const Tensor& pairs) const {
    const int64_t n = pairs.size(1), others = estimator_ == "unbiased" ? n - 1 : n;
    return lane_sum(pairs) / static_cast<double>(n * others);
  }
  std::string estimator_;
};
}  // namespace

SADDLE_PLUGIN(Energy, "energy")
