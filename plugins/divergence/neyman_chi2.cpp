#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NeymanChi2 final : public FDivergence {
 public:
  static void describe(Schema<NeymanChi2>& s) {
    s.summary("Neyman's χ² divergence ∫(p − q)²/p. Under `link: log_ratio` it leaves float32 below v = −44.")
        .states("family", "f-divergence")
        .states("f", "(1 − u)²/u")
        .states("domain", "t < 1")
        .states("optimum", "paper: v = 2 ln p/q; the value is Neyman's χ²")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return (1 - u).square() / u; }
  Tensor real_term(const Tensor& v) const override { return -saddle::expm1(-v); }
  Tensor fake_term(const Tensor& v) const override { return -2 * saddle::expm1(-v / 2); }
  // The best v of the paper is twice the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(2 * v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(2 * v); }
};
}  // namespace

SADDLE_PLUGIN(NeymanChi2, "neyman_chi2")
