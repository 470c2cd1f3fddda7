#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

// V = E_real[real_term(v)] − E_fake[fake_term(v)], v the critic's raw output.
class NewPlugin final : public FDivergence {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Kullback-Leibler divergence KL(data || model), v the log density ratio.")
        .states("family", "f-divergence")
        .states("f", "u ln u − u + 1")
        .states("optimum", "v = ln p/q; the value is KL(p || q)")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return u * u.log() - u + 1; }
  Tensor real_term(const Tensor& v) const override { return v; }  // T = f′(u), here at u = eᵛ
  Tensor fake_term(const Tensor& v) const override { return saddle::expm1(v); }  // the conjugate f*(T)
  // Under `link: log_ratio` v = ln u: the same here.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v); }
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
