#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>
#include <numbers>

namespace {
using namespace saddle;

class Cosine final : public Schedule {
 public:
  static void describe(Schema<Cosine>& s) {
    s.summary("The rate goes to `final` of itself along half a wave of the cosine.")
        .cites("Loshchilov & Hutter 2017, equation 5 without restarts");
    s.param("final", &Cosine::final_, {.initial = 0.0, .range = at_least(0)},
            "What the rate is multiplied with at the last step.");
  }
  double factor(double progress, int64_t lane) const override {
    return std::lerp(final_.at(lane), 1.0, (1 + portable::cos(std::numbers::pi * progress)) / 2);
  }

 private:
  LaneReal final_;
};
}  // namespace

SADDLE_PLUGIN(Cosine, "cosine")
