#include <saddle/plugin.hpp>

#include "support/float64.hpp"

namespace {
using namespace saddle;

// With u = eᵛ, f′ is (e⁽ᵅ⁻¹⁾ᵛ − 1)/(α − 1) and f*(f′) is (eᵅᵛ − 1)/α: neither loses digits as α nears 0 or 1.
class Alpha final : public FDivergence {
 public:
  static void describe(Schema<Alpha>& s) {
    s.summary(
         "The α-divergences: KL(data || model) at 1, KL(model || data) at 0, half of Pearson's χ² at 2, half "
         "of "
         "Neyman's at −1, twice the squared Hellinger distance at ½. `link: paper` has the paper's "
         "activation v "
         "for α ≥ 1. Below 1 it is f′(eᵛ), which continues it; the paper's 1/(1 − α) − ln(1 + e⁻ᵛ) overflows "
         "as "
         "α nears 1.")
        .states("family", "f-divergence")
        .states("f", "(u^α − 1 − α(u − 1))/(α(α − 1)); u ln u − u + 1 at 1, u − 1 − ln u at 0")
        .states("domain", "t < 1/(1 − α) for α < 1; t in ℝ for α ≥ 1, f being continued evenly below u = 0")
        .states("optimum",
                "paper: v = ln p/q for α ≤ 1, ((p/q)^(α − 1) − 1)/(α − 1) above; the value is the divergence")
        .cites("Amari 1985")
        .cites("Nowozin, Cseke & Tomioka 2016");
    s.param("alpha", &Alpha::alpha_, {.initial = 0.5}, "Which of them.");
  }
  Tensor f(const Tensor& u) const override {
    return in_float64(u, [&](const Tensor& x) {
      const Tensor v = x.log(), beta = above_one(x), conjugate = expm1_over(alpha(x), v),
                   far = beta.abs() > 0.5;
      // As it is written above where that can be divided; uf′ − f*(f′) near α = 1, where it is 0/0.
      return at::where(far, (conjugate - (x - 1)) / at::where(far, beta, 1),
                       x * expm1_over(beta, v) - conjugate);
    });
  }
  Tensor real_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) { return expm1_over(above_one(x).clamp_max(0), x); });
  }
  Tensor fake_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) {
      const Tensor log_ratio = log1p_over(above_one(x).clamp_min(0), x);  // x itself up to α = 1
      return expm1_over(alpha(x), log_ratio);
    });
  }
  Tensor log_ratio_real_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) { return expm1_over(above_one(x), x); });
  }
  Tensor log_ratio_fake_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) { return expm1_over(alpha(x), x); });
  }

 private:
  Tensor alpha(const Tensor& x) const { return float64_like(alpha_, x); }
  Tensor above_one(const Tensor& x) const { return alpha(x) - 1; }
  LaneReal alpha_;
};
}  // namespace

SADDLE_PLUGIN(Alpha, "alpha")
