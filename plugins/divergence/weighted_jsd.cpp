#include <saddle/plugin.hpp>

#include "support/float64.hpp"

namespace {
using namespace saddle;

// In float64: the terms are differences that cross zero, with 1/π in an exponent.
class WeightedJsd final : public FDivergence {
 public:
  static void describe(Schema<WeightedJsd>& s) {
    s.summary(
         "Jensen-Shannon divergence with weight π for the data: π KL(data || m) + (1 − π) KL(model || m) "
         "with the "
         "mixture m = π data + (1 − π) model.")
        .states("family", "f-divergence")
        .states("f", "π u ln u − (1 − π + πu) ln(1 − π + πu)")
        .states("domain", "t < −π ln π")
        .states("optimum", "paper: σ(v) = (πp/m)^π; the value is the weighted Jensen-Shannon divergence")
        .cites("Lin 1991")
        .cites("Nowozin, Cseke & Tomioka 2016");
    s.param("weight", &WeightedJsd::weight_,
            {.initial = 0.5, .range = {.low = 0, .high = 1, .low_open = true, .high_open = true}},
            "π. At ½ the value is the Jensen-Shannon divergence itself, half that of `jsd`.");
  }
  Tensor f(const Tensor& u) const override {
    const Tensor w = float64_like(weight_, u), m = 1 - w + w * u;
    return w * u * u.log() - m * m.log();
  }
  Tensor real_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) {
      const Tensor w = float64_like(weight_, x);
      return -w * w.log() - saddle::softplus(-x);
    });
  }
  Tensor fake_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) {
      const Tensor w = float64_like(weight_, x);
      const Tensor mass = -saddle::expm1(-saddle::softplus(-x) / w);  // 1 − σ(v)^(1/π)
      return (1 - w) * ((1 - w).log() - mass.log());
    });
  }
  Tensor log_ratio_real_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) {
      const Tensor w = float64_like(weight_, x);
      return -w * (w.log() + saddle::softplus(-x - logit(w)));
    });
  }
  Tensor log_ratio_fake_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& x) {
      const Tensor w = float64_like(weight_, x);
      return (1 - w) * ((1 - w).log() + saddle::softplus(x + logit(w)));
    });
  }

 private:
  static Tensor logit(const Tensor& w) { return (w / (1 - w)).log(); }
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(WeightedJsd, "weighted_jsd")
