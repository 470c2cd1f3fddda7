#include <saddle/plugin.hpp>

#include <algorithm>

namespace {
using namespace saddle;

class Exponential final : public Average {
 public:
  static void describe(Schema<Exponential>& s) {
    s.summary("Exponential moving average: keeps `decay` of itself at each step.")
        .cites("Yazıcı et al. 2019 (of a GAN's weights)");
    s.param("decay", &Exponential::decay_,
            {.initial = 0.999, .range = {.low = 0, .high = 1, .high_open = true}},
            "What the average keeps of itself.");
    s.param(
        "ramp", &Exponential::ramp_, {.initial = false},
        "Whether it keeps less at first, (1 + n)/(10 + n) after n weights, as TensorFlow's does when it is "
        "told the step: so it forgets the start of the training.");
  }
  double share(int64_t count, int64_t lane) const override {
    const double n = static_cast<double>(count);
    return 1 - (ramp_ ? std::min(decay_.at(lane), (1 + n) / (10 + n)) : decay_.at(lane));
  }

 private:
  LaneReal decay_;
  bool ramp_ = false;
};
}  // namespace

SADDLE_PLUGIN(Exponential, "exponential")
