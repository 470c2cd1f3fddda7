#include <saddle/plugin.hpp>

#include <cmath>

namespace {
using namespace saddle;

class InverseSqrt final : public Schedule {
 public:
  static void describe(Schema<InverseSqrt>& s) {
    s.summary("The rate goes to `final` of itself as 1/√(1 + time): the decay of stochastic approximation.");
    s.param("final", &InverseSqrt::final_, {.initial = 0.1, .range = {.low = 0, .high = 1, .low_open = true}},
            "What the rate is multiplied with at the last step.");
  }
  double factor(double progress, int64_t lane) const override {
    const double last = 1 / (final_.at(lane) * final_.at(lane));  // 1 + time there
    return 1 / std::sqrt(std::lerp(1.0, last, progress));
  }

 private:
  LaneReal final_;
};
}  // namespace

SADDLE_PLUGIN(InverseSqrt, "inverse_sqrt")
