#include <saddle/plugin.hpp>

#include "support/lanes.hpp"

namespace {
using namespace saddle;

struct Statistics {
  Tensor mean, variance, zeros;  // [gene]
};

Statistics statistics(const Tensor& x) {
  const Tensor mean = x.mean(0);
  return {mean, (x - mean).square().sum(0) / static_cast<double>(x.size(0) - 1),
          (x == 0).to(at::kDouble).mean(0)};
}

double relative(const Tensor& fake, const Tensor& real) {
  return ((fake - real).abs().sum() / real.abs().sum()).item<double>();
}

class GeneStatistics final : public Metric {
 public:
  static void describe(Schema<GeneStatistics>& s) {
    s.summary(
        "How far the genes' statistics are from those of held-out cells. mean, variance (with n − 1): "
        "Σ|generated − "
        "real| over Σ|real|, over the genes. zeros: mean difference of the shares of zeros.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"mean", "variance", "zeros"}; }
  Tensor measure(const Measurement& m) const override {
    const Statistics real = statistics(points(m.real[0]));
    return by_lane(m.fake, 3, [&](const Tensor& x) -> std::vector<double> {
      const Statistics fake = statistics(x);
      return {relative(fake.mean, real.mean), relative(fake.variance, real.variance),
              (fake.zeros - real.zeros).abs().mean().item<double>()};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(GeneStatistics, "gene_statistics")
