#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class PearsonChi2 final : public FDivergence {
 public:
  static void describe(Schema<PearsonChi2>& s) {
    s.summary("Pearson's χ² divergence ∫(p − q)²/q. Under `link: log_ratio` it leaves float32 beyond v = 44.")
        .states("family", "f-divergence")
        .states("f", "(u − 1)²")
        .states("domain", "t in ℝ, f being continued below u = 0")
        .states("optimum", "paper: v = 2(p/q − 1); the value is ∫(p − q)²/q")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return (u - 1).square(); }
  Tensor real_term(const Tensor& v) const override { return v; }
  Tensor fake_term(const Tensor& v) const override { return v * (v / 4 + 1); }
  Tensor log_ratio_real_term(const Tensor& v) const override { return 2 * saddle::expm1(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return saddle::expm1(2 * v); }
};
}  // namespace

SADDLE_PLUGIN(PearsonChi2, "pearson_chi2")
