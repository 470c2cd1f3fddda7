#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Kl final : public FDivergence {
 public:
  static void describe(Schema<Kl>& s) {
    s.summary("Kullback-Leibler divergence KL(data || model).")
        .states("family", "f-divergence")
        .states("f", "u ln u")
        .states("domain", "t in ℝ")
        .states("optimum", "paper: v = 1 + ln p/q; the value is KL(p || q)")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return u * u.log(); }
  Tensor real_term(const Tensor& v) const override { return v; }
  Tensor fake_term(const Tensor& v) const override { return (v - 1).exp(); }
  Tensor log_ratio_real_term(const Tensor& v) const override { return v + 1; }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return v.exp(); }
};
}  // namespace

SADDLE_PLUGIN(Kl, "kl")
