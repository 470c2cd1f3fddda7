#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class ReverseKl final : public FDivergence {
 public:
  static void describe(Schema<ReverseKl>& s) {
    s.summary("Reverse Kullback-Leibler divergence KL(model || data).")
        .states("family", "f-divergence")
        .states("f", "−ln u")
        .states("domain", "t < 0")
        .states("optimum", "v = ln p/q; the value is KL(q || p)")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return -u.log(); }
  Tensor real_term(const Tensor& v) const override { return -(-v).exp(); }
  Tensor fake_term(const Tensor& v) const override { return v - 1; }
  // f′(eᵛ) = −e⁻ᵛ: the paper's v is the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v); }
};
}  // namespace

SADDLE_PLUGIN(ReverseKl, "reverse_kl")
