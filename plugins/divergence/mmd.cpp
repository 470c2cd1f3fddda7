#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>

#include "support/line.hpp"
#include "support/pairs.hpp"

namespace {
using namespace saddle;

class Mmd final : public Divergence {
 public:
  static void describe(Schema<Mmd>& s) {
    s.summary(
         "Squared maximum mean discrepancy between the real and the generated batch, without a critic. "
         "Kernels with "
         "bandwidths b are means over them.")
        .version(2)  // sums of exponentials by kernels of our own
        .states("family", "maximum mean discrepancy")
        .states("optimum", "no critic; the witness is v = E k(x, real) − E k(x, fake); the value is MMD²")
        .cites("Gretton et al. 2012")
        .cites("Li, Swersky & Zemel 2015")
        .cites("Bińkowski et al. 2018")
        .cites("Sejdinovic et al. 2013");
    s.param(
        "kernel", &Mmd::kernel_,
        {.initial = "rbf", .choices = {"rbf", "laplace", "rational_quadratic", "energy", "polynomial"}},
        "exp(−d²/2b²), exp(−d/b), the mean over `exponents` a of (1 + d²/2ab²)^(−a), −d, or (xᵀy/dimension + "
        "offset)^degree, where d = ‖x − y‖.");
    s.param("bandwidths", &Mmd::bandwidths_, {.initial = Reals{}, .range = above(0)},
            "Bandwidths b of the kernels. Empty: `multiples` of the median distance between two different "
            "samples of each real batch (the lower median; 1 if it is 0).");
    s.param("multiples", &Mmd::multiples_, {.initial = Reals{0.25, 0.5, 1, 2, 4}, .range = above(0)},
            "What the median distance is multiplied with, where `bandwidths` is empty.");
    s.param("estimator", &Mmd::estimator_, {.initial = "unbiased", .choices = {"unbiased", "biased"}},
            "unbiased leaves out the pairs of a sample with itself and may be negative; biased keeps them.");
    s.param("exponents", &Mmd::exponents_, {.initial = Reals{0.2, 0.5, 1, 2, 5}, .range = above(0)},
            "Of the rational quadratic kernel.");
    s.param("degree", &Mmd::degree_, {.initial = 3, .range = at_least(1)}, "Of the polynomial kernel.");
    s.param("offset", &Mmd::offset_, {.initial = 1.0, .range = at_least(0)}, "Of the polynomial kernel.");
  }

  bool uses_critic() const override { return false; }
  int64_t smallest_batch() const override { return 2; }

  Tensor value(const Round& round) const override {
    TORCH_CHECK(round.real().size(1) > 1 && round.fake().size(1) > 1,
                "mmd compares batches of at least two samples");
    const Tensor real = round.real().flatten(2), fake = round.fake().flatten(2);
    const bool moves = kernel_ != "polynomial";  // the others depend on differences alone
    const Tensor origin = origin_of(real), x = moves ? real - origin : real, y = moves ? fake - origin : fake;
    const Tensor xx = pairs(x, x), factors = exponent_factors(xx);
    // One after the other: gradients are summed in the order in which what they come from was computed, and
    // that of the terms of one expression is the compiler's.
    const Tensor of_real = within(xx, factors), of_fake = within(pairs(y, y), factors);
    const Tensor between = lane_mean(kernel(pairs(x, y), factors));
    return of_real + of_fake - 2 * between;
  }

  std::optional<Tensor> exact(const Densities& d) const override {
    if (has_bandwidth() && bandwidths_.empty()) return std::nullopt;  // they would depend on the batch
    const Tensor factors = has_bandwidth() ? fixed_factors(1, d.x.options()) : Tensor();
    return quadratic_form(d, [&](const Tensor& x, const Tensor& y) {
      const Tensor a = x.unsqueeze(2), b = y.unsqueeze(1);
      return kernel(kernel_ == "polynomial" ? a * b
                    : by_distance()         ? (a - b).abs()
                                            : (a - b).square(),
                    factors);
    });
  }

 private:
  bool has_bandwidth() const { return kernel_ != "energy" && kernel_ != "polynomial"; }
  bool by_distance() const { return kernel_ == "laplace" || kernel_ == "energy"; }

  // What the kernel is a function of: [lane, n, m]. Squared distances, distances, or xᵀy/dimension.
  Tensor pairs(const Tensor& x, const Tensor& y) const {
    if (kernel_ == "polynomial") return saddle::matmul(x, y, false, true) / x.size(2);
    return by_distance() ? distances(x, y).to(x.scalar_type()) : squared_distances(x, y);
  }

  // The factors −1/2b² of the squared distance, one column a bandwidth: [lane, bandwidth].
  Tensor fixed_factors(int64_t lanes, const at::TensorOptions& options) const {
    return (-0.5 / at::tensor(bandwidths_, options).unsqueeze(0).square()).expand({lanes, -1});
  }
  Tensor exponent_factors(const Tensor& real_pairs) const {
    const at::NoGradGuard constant;
    if (!has_bandwidth()) return {};
    if (!bandwidths_.empty()) return fixed_factors(real_pairs.size(0), real_pairs.options());
    const Tensor b = at::tensor(multiples_, real_pairs.options()).unsqueeze(0);
    const int64_t n = real_pairs.size(1);
    const Tensor different = at::triu_indices(n, n, 1, real_pairs.options().dtype(at::kLong));
    const Tensor median =
        std::get<0>(real_pairs.flatten(1).index_select(1, different[0] * n + different[1]).median(1));
    const Tensor squared = by_distance() ? median * median : median;
    return -0.5 / (b.square() * at::where(squared > 0, squared, 1).unsqueeze(1));
  }

  Tensor kernel(const Tensor& pairs, const Tensor& factors) const {
    if (kernel_ == "energy") return -pairs;
    if (kernel_ == "polynomial") {
      const Tensor base = pairs + offset_;
      Tensor product = base;
      for (int64_t i = 1; i < degree_; ++i) product = product * base;
      return product;
    }
    if (kernel_ == "rbf") return saddle::sum_of_exp(pairs, factors) / factors.size(1);
    Tensor sum = at::zeros_like(pairs);
    for (int64_t i = 0; i < factors.size(1); ++i) {
      const Tensor factor = factors.narrow(1, i, 1).unsqueeze(2);
      if (kernel_ == "laplace")
        sum = sum + (-pairs * (-2 * factor).sqrt()).exp();
      else
        for (const double a : exponents_)
          sum = sum + (-a * (1 - pairs * factor / a).log()).exp() / static_cast<double>(exponents_.size());
    }
    return sum / factors.size(1);
  }

  // Mean of the kernel over pairs of one sample. The unbiased mean is over pairs of different samples.
  Tensor within(const Tensor& pairs, const Tensor& factors) const {
    const Tensor k = kernel(pairs, factors);
    if (estimator_ == "biased") return lane_mean(k);
    const int64_t n = k.size(1);
    // Where only differences count, a sample's kernel with itself is constant.
    const Tensor own = k.diagonal(0, 1, 2);
    return (lane_sum(k) - lane_sum(kernel_ == "polynomial" ? own : own.detach())) /
           static_cast<double>(n * (n - 1));
  }

  std::string kernel_, estimator_;
  Reals bandwidths_, multiples_, exponents_;
  int64_t degree_{};
  double offset_{};
};
}  // namespace

SADDLE_PLUGIN(Mmd, "mmd")
