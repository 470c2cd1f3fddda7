#include <saddle/plugin.hpp>

#include "support/relaxed.hpp"

namespace {
using namespace saddle;

class GumbelSoftmax final : public RelaxedHead {
 public:
  static void describe(Schema<GumbelSoftmax>& s) {
    s.summary(
         "One symbol out of those along the last axis, drawn with the probabilities softmax(raw output): "
         "one-hot "
         "samples, relaxed in training to softmax((raw + Gumbel)/temperature).")
        .cites("Jang, Gu & Poole 2017")
        .cites("Maddison, Mnih & Teh 2017");
    describe_relaxed(s, 1.0);
  }
  Tensor forward(const Params& p, const Tensor& raw, Random& random) const override {
    const Tensor noisy = raw + random.gumbel(raw.sizes().slice(1).vec());
    const Tensor hard = at::zeros_like(noisy).scatter(-1, noisy.argmax(-1, true), 1.0).detach();
    return chosen(p, at::softmax(noisy / p.temperature(temperature), -1), hard);
  }
  bool works_by_position(const Shape& sample) const override { return sample.size() > 1; }
  Interval range() const override { return {0, 1}; }
  Support support() const override { return {.whole = true, .composition = true}; }
  Tensor log_likelihood(const Params&, const Tensor& raw, const Tensor& samples) const override {
    return sample_sum(multinomial_log_mass(samples, raw.to(at::kDouble))).to(raw.scalar_type());
  }
};
}  // namespace

SADDLE_PLUGIN(GumbelSoftmax, "gumbel_softmax")
