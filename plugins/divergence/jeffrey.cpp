#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <saddle/plugin.hpp>

#include "support/float64.hpp"

namespace {
using namespace saddle;
using namespace torch::autograd;

// The log density ratio L that belongs to t: f′(eᴸ) = L + 1 − e⁻ᴸ = t. It is −ln W₀(e¹⁻ᵗ), without the power
// that overflows; 1/W, the conjugate's derivative, is eᴸ.
struct LogRatio : Function<LogRatio> {
  static Tensor forward(AutogradContext* ctx, const Tensor& t) {
    // Newton from below: the left side is concave, so no step goes too far. Seven reach the last bit.
    Tensor l = at::where(t > 0, at::max(t / 2, t - 1), -(1 + t.abs()).log());
    for (int i = 0; i < 7; ++i) l = l + (t - l + saddle::expm1(-l)) * saddle::sigmoid(l);
    ctx->save_for_backward({l});
    ctx->set_materialize_grads(false);
    return l;
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    if (!g[0].defined()) return {Variable()};
    return {g[0] * saddle::sigmoid(ctx->get_saved_variables()[0])};
  }
};

class Jeffrey final : public FDivergence {
 public:
  static void describe(Schema<Jeffrey>& s) {
    s.summary("Jeffrey's divergence KL(data || model) + KL(model || data).")
        .states("family", "f-divergence")
        .states("f", "(u − 1) ln u")
        .states("domain", "t in ℝ")
        .states("optimum", "paper: v = 1 + ln p/q − q/p; the value is Jeffrey's divergence")
        .cites("Jeffreys 1946")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return (u - 1) * u.log(); }
  Tensor real_term(const Tensor& v) const override { return v; }
  Tensor fake_term(const Tensor& v) const override {
    return in_float64(v, [&](const Tensor& t) { return log_ratio_fake_term(LogRatio::apply(t)); });
  }
  Tensor log_ratio_real_term(const Tensor& v) const override { return v - saddle::expm1(-v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return v + saddle::expm1(v); }
};
}  // namespace

SADDLE_PLUGIN(Jeffrey, "jeffrey")
