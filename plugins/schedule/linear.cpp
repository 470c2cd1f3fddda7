#include <saddle/plugin.hpp>

#include <cmath>

namespace {
using namespace saddle;

class Linear final : public Schedule {
 public:
  static void describe(Schema<Linear>& s) {
    s.summary("The rate goes to `final` of itself on a straight line.");
    s.param("final", &Linear::final_, {.initial = 0.0, .range = at_least(0)},
            "What the rate is multiplied with at the last step.");
  }
  double factor(double progress, int64_t lane) const override {
    return std::lerp(1.0, final_.at(lane), progress);
  }

 private:
  LaneReal final_;
};
}  // namespace

SADDLE_PLUGIN(Linear, "linear")
