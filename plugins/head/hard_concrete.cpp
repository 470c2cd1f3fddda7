#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class HardConcrete final : public Head {
 public:
  static void describe(Schema<HardConcrete>& s) {
    s.summary(
         "Numbers from 0 to 1 that are exactly 0 or 1 with positive probability: a relaxed bit of logits "
         "raw, "
         "stretched over low … high and cut to 0 … 1. Its gradient is exact, and 0 where it is cut.")
        .cites("Louizos, Welling & Kingma 2018");
    s.param("temperature", &HardConcrete::temperature_, {.initial = 2.0 / 3, .range = above(0)},
            "Of the relaxed bit; times what `train.temperature_schedule` says.");
    s.param("low", &HardConcrete::low_, {.initial = -0.1, .range = below(0)},
            "The lower end before the cut.");
    s.param("high", &HardConcrete::high_, {.initial = 1.1, .range = above(1)},
            "The upper end before the cut.");
  }
  Tensor forward(const Params& p, const Tensor& raw, Random& random) const override {
    const Tensor noisy = raw + random.logistic(raw.sizes().slice(1).vec());
    const Tensor bit = saddle::sigmoid(noisy / p.temperature(temperature_));
    return (bit * (high_.like(bit) - low_.like(bit)) + low_).clamp(0, 1);
  }
  bool works_by_position(const Shape&) const override { return true; }
  Interval range() const override { return {0, 1}; }
  bool has_temperature() const override { return true; }

 private:
  LaneReal temperature_, low_, high_;
};
}  // namespace

SADDLE_PLUGIN(HardConcrete, "hard_concrete")
