#include <saddle/plugin.hpp>

#include <numbers>

#include "support/float64.hpp"

namespace {
using namespace saddle;
using std::numbers::ln2;

class Jsd final : public FDivergence {
 public:
  static void describe(Schema<Jsd>& s) {
    s.summary("Twice the Jensen-Shannon divergence: the original game, normalised to f(1) = 0.")
        .states("family", "f-divergence")
        .states("f", "u ln u − (u + 1) ln((u + 1)/2)")
        .states("domain", "t < ln 2")
        .states("optimum", "v = ln p/q; the value is 2·JSD")
        .version(2)
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return u * u.log() - (u + 1) * ((u + 1) / 2).log(); }
  // In float64: near v = 0 they are small differences.
  Tensor real_term(const Tensor& v) const override { return -fake_term(-v); }
  Tensor fake_term(const Tensor& v) const override {
    return in_float64(v, [](const Tensor& x) { return saddle::softplus(x) - ln2; });
  }
  // f′(eᵛ) = ln(2eᵛ/(1 + eᵛ)): the paper's v is the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v); }
};
}  // namespace

SADDLE_PLUGIN(Jsd, "jsd")
