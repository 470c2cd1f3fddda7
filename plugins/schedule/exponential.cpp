#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>

namespace {
using namespace saddle;

class Exponential final : public Schedule {
 public:
  static void describe(Schema<Exponential>& s) {
    s.summary("The rate goes to `final` of itself by the same factor at every step.");
    s.param("final", &Exponential::final_, {.initial = 0.01, .range = above(0)},
            "What the rate is multiplied with at the last step.");
  }
  double factor(double progress, int64_t lane) const override {
    return portable::pow(final_.at(lane), progress);
  }

 private:
  LaneReal final_;
};
}  // namespace

SADDLE_PLUGIN(Exponential, "exponential")
