#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class TotalVariation final : public FDivergence {
 public:
  static void describe(Schema<TotalVariation>& s) {
    s.summary(
         "Total variation distance ½∫|p − q|. Under `link: log_ratio` its terms are ±½ and give no gradient.")
        .states("family", "f-divergence")
        .states("f", "½|u − 1|")
        .states("domain", "−½ ≤ t ≤ ½")
        .states("optimum", "paper: v → ∞ where p > q and −∞ where p < q; the value is the total variation")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return (u - 1).abs() / 2; }
  // ½ tanh v by way of e⁻²ᵛ − 1. The derivative of at::tanh is 1 − tanh²: 0 in float32 beyond v = 9.
  Tensor real_term(const Tensor& v) const override {
    const Tensor right = v >= 0;
    const Tensor m = saddle::expm1(-2 * at::where(right, v, -v));
    const Tensor half = m / (4 + 2 * m);
    return at::where(right, -half, half);
  }
  Tensor fake_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_real_term(const Tensor& v) const override { return v.sign() / 2; }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return v.sign() / 2; }
};
}  // namespace

SADDLE_PLUGIN(TotalVariation, "total_variation")
