#include <saddle/plugin.hpp>

#include "support/relaxed.hpp"

namespace {
using namespace saddle;

class BinaryConcrete final : public RelaxedHead {
 public:
  static void describe(Schema<BinaryConcrete>& s) {
    s.summary(
         "Bits whose logits are the raw output, relaxed in training to sigmoid((raw + "
         "logistic)/temperature). At "
         "a temperature of 2/3 with small logits a relaxed bit has no mode between 0 and 1.")
        .cites("Maddison, Mnih & Teh 2017");
    describe_relaxed(s, 2.0 / 3);
  }
  Tensor forward(const Params& p, const Tensor& raw, Random& random) const override {
    const Tensor noisy = raw + random.logistic(raw.sizes().slice(1).vec());
    const Tensor hard = (noisy > 0).to(raw.scalar_type());
    return chosen(p, saddle::sigmoid(noisy / p.temperature(temperature)), hard);
  }
  bool works_by_position(const Shape&) const override { return true; }
  Interval range() const override { return {0, 1}; }
  Support support() const override { return {.whole = true}; }
  Tensor log_likelihood(const Params&, const Tensor& raw, const Tensor& samples) const override {
    return sample_sum(samples * raw - saddle::softplus(raw));
  }
};
}  // namespace

SADDLE_PLUGIN(BinaryConcrete, "binary_concrete")
