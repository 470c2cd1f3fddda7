#include <saddle/plugin.hpp>

#include "support/lanes.hpp"

namespace {
using namespace saddle;

/// Standardised columns [n, gene]; of a gene that does not vary NaN.
Tensor standardised(const Tensor& x) {
  const Tensor centred = x - x.mean(0), size = centred.square().sum(0).sqrt();
  return centred / at::where(x.amax(0) == x.amin(0), at::zeros_like(size), size);  // rounding is no variance
}

class GeneCorrelation final : public Metric {
 public:
  static void describe(Schema<GeneCorrelation>& s) {
    s.summary(
        "How far the genes' correlations (Pearson) are from those of held-out cells: the root mean square of "
        "the "
        "difference over all pairs of genes that vary in both. NaN where fewer than two do.");
  }
  Tensor measure(const Measurement& m) const override {
    const Tensor real = standardised(points(m.real[0]));
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      const Tensor fake = standardised(x);
      const Tensor varies = (fake.isfinite().all(0) & real.isfinite().all(0)).nonzero().flatten();
      const Tensor a = fake.index_select(1, varies), b = real.index_select(1, varies);
      const Tensor difference = at::mm(a.t(), a) - at::mm(b.t(), b);  // 0 on the diagonal
      const auto genes = static_cast<double>(varies.numel());
      return {std::sqrt((difference.square().sum() - difference.diagonal().square().sum()).item<double>() /
                        (genes * (genes - 1)))};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(GeneCorrelation, "gene_correlation")
