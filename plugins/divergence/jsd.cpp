#include <saddle/plugin.hpp>

#include <numbers>

namespace {
using namespace saddle;
using std::numbers::ln2;

class Jsd final : public FDivergence {
 public:
  static void describe(Schema<Jsd>& s) {
    s.summary("Jensen-Shannon divergence, normalised to f(1) = 0. Its value at the best critic is 2·JSD.")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }
  Tensor f(const Tensor& u) const override { return u * u.log() - (u + 1) * ((u + 1) / 2).log(); }
  Tensor real_term(const Tensor& v) const override { return ln2 - saddle::softplus(-v); }
  Tensor fake_term(const Tensor& v) const override { return saddle::softplus(v) - ln2; }
  // f′(eᵛ) = ln(2eᵛ/(1 + eᵛ)): the paper's v is the log ratio.
  Tensor log_ratio_real_term(const Tensor& v) const override { return real_term(v); }
  Tensor log_ratio_fake_term(const Tensor& v) const override { return fake_term(v); }
};
}  // namespace

SADDLE_PLUGIN(Jsd, "jsd")
