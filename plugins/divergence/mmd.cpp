#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Mmd final : public Divergence {
 public:
  static void describe(Schema<Mmd>& s) {
    s.summary(
         "Squared maximum mean discrepancy between the real and the generated batch, without a critic. The "
         "kernel is the mean over bandwidths b of exp(−‖x − y‖²/2b²).")
        .cites("Gretton et al. 2012")
        .cites("Li, Swersky & Zemel 2015");
    s.param("bandwidths", &Mmd::bandwidths_, {.initial = Reals{}, .range = above(0)},
            "Bandwidths b of the kernels. Empty: `multiples` of the median distance between two different "
            "samples of each real batch (the lower median; 1 if it is 0).");
    s.param("multiples", &Mmd::multiples_, {.initial = Reals{0.25, 0.5, 1, 2, 4}, .range = above(0)},
            "What the median distance is multiplied with, where `bandwidths` is empty.");
    s.param("estimator", &Mmd::estimator_, {.initial = "unbiased", .choices = {"unbiased", "biased"}},
            "unbiased leaves out the pairs of a sample with itself and may be negative; biased keeps them.");
  }

  bool uses_critic() const override { return false; }

  Tensor value(const Round& round) const override {
    TORCH_CHECK(round.real().size(1) > 1 && round.fake().size(1) > 1,
                "mmd compares batches of at least two samples");
    // Real samples' mean as origin: distances from matrix products lose digits far from it.
    const Tensor origin =
        sample_sum(round.real().flatten(2).transpose(1, 2)).unsqueeze(1) / round.real().size(1);
    const Tensor x = round.real().flatten(2) - origin, y = round.fake().flatten(2) - origin;
    const Tensor xx = squared_distances(x, x);
    const Tensor exponents = kernel_exponents(xx);
    return within(xx, exponents) + within(squared_distances(y, y), exponents) -
           2 * lane_mean(kernel(squared_distances(x, y), exponents));
  }

 private:
  // [lane, n, feature] and [lane, m, feature] -> [lane, n, m]
  static Tensor squared_distances(const Tensor& x, const Tensor& y) {
    const Tensor norms_x = sample_sum(x * x).unsqueeze(2), norms_y = sample_sum(y * y).unsqueeze(1);
    return (norms_x + norms_y - 2 * saddle::matmul(x, y, false, true)).clamp_min(0);
  }

  // The factors −1/2b² of the squared distance, one column a kernel: [lane, kernel].
  Tensor kernel_exponents(const Tensor& real_distances) const {
    const at::NoGradGuard constant;
    const Reals& factors = bandwidths_.empty() ? multiples_ : bandwidths_;
    const Tensor b = at::tensor(factors, real_distances.options()).unsqueeze(0);
    if (!bandwidths_.empty()) return (-0.5 / b.square()).expand({real_distances.size(0), -1});
    const int64_t n = real_distances.size(1);
    const Tensor pairs = at::triu_indices(n, n, 1, at::TensorOptions(real_distances.device()));
    const Tensor median =
        std::get<0>(real_distances.flatten(1).index_select(1, pairs[0] * n + pairs[1]).median(1));
    return -0.5 / (b.square() * at::where(median > 0, median, 1).unsqueeze(1));
  }

  static Tensor kernel(const Tensor& distances, const Tensor& exponents) {
    Tensor sum = at::zeros_like(distances);
    for (int64_t i = 0; i < exponents.size(1); ++i)
      sum = sum + (distances * exponents.narrow(1, i, 1).unsqueeze(2)).exp();
    return sum / exponents.size(1);
  }

  // Mean of the kernel over pairs of one sample. The unbiased mean is over pairs of different samples.
  Tensor within(const Tensor& distances, const Tensor& exponents) const {
    const Tensor k = kernel(distances, exponents);
    if (estimator_ == "biased") return lane_mean(k);
    const int64_t n = k.size(1);
    return (lane_sum(k) - lane_sum(k.diagonal(0, 1, 2).detach())) / static_cast<double>(n * (n - 1));
  }

  Reals bandwidths_, multiples_;
  std::string estimator_;
};
}  // namespace

SADDLE_PLUGIN(Mmd, "mmd")
