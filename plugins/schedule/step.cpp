#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <algorithm>
#include <cmath>

namespace {
using namespace saddle;

class Step final : public Schedule {
 public:
  static void describe(Schema<Step>& s) {
    s.summary("The rate falls by a factor at chosen moments.");
    s.param("at", &Step::at_, {.initial = Reals{0.5, 0.75}, .range = between(0, 1)},
            "The moments, as shares of the training after the warm-up.");
    s.param("factor", &Step::factor_, {.initial = 0.1, .range = above(0)},
            "What the rate is multiplied with at each of them.");
  }
  double factor(double progress, int64_t lane) const override {
    const auto passed = std::count_if(at_.begin(), at_.end(), [&](double at) { return progress >= at; });
    return portable::pow(factor_.at(lane), static_cast<double>(passed));
  }

 private:
  Reals at_;
  LaneReal factor_;
};
}  // namespace

SADDLE_PLUGIN(Step, "step")
