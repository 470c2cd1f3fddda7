#include <saddle/plugin.hpp>

#include <numbers>

namespace {
using namespace saddle;

class Gan final : public FDivergence {
 public:
  static constexpr const char* default_generator = "non_saturating";
  static void describe(Schema<Gan>& s) {
    s.summary("The original game; v is the logit of 'real'.")
        .states("family", "f-divergence")
        .states("f", "u ln u − (u + 1) ln(u + 1)")
        .states("domain", "t < 0")
        .states("optimum", "v = ln p/q, the logit of p/(p + q); the value is 2·JSD − 2 ln 2")
        .cites("Goodfellow et al. 2014");
  }
  Tensor f(const Tensor& u) const override { return u * u.log() - (u + 1) * (u + 1).log(); }
  double f_at_one() const override { return -2 * std::numbers::ln2; }
  Tensor real_term(const Tensor& v) const override { return -saddle::softplus(-v); }
  Tensor fake_term(const Tensor& v) const override { return saddle::softplus(v); }
  // f′(eᵛ) = ln(eᵛ/(1 + eᵛ)): the logit is the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v); }
};
}  // namespace

SADDLE_PLUGIN(Gan, "gan")
