#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Hellinger final : public FDivergence {
 public:
  static void describe(Schema<Hellinger>& s) {
    s.summary("Squared Hellinger distance ∫(√p − √q)², between 0 and 2.")
        .states("family", "f-divergence")
        .states("f", "(√u − 1)²")
        .states("domain", "t < 1")
        .states("optimum", "paper: v = ½ ln p/q; the value is ∫(√p − √q)²")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return (u.sqrt() - 1).square(); }
  Tensor real_term(const Tensor& v) const override { return -saddle::expm1(-v); }
  Tensor fake_term(const Tensor& v) const override { return saddle::expm1(v); }
  // The best v of the paper is half the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v / 2); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v / 2); }
};
}  // namespace

SADDLE_PLUGIN(Hellinger, "hellinger")
