#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <numbers>

#include "support/mixture.hpp"

namespace {
using namespace saddle;

class Ring final : public Mixture {
 public:
  static void describe(Schema<Ring>& s) {
    s.summary(
         "Equal Gaussians in the plane, evenly spaced on a circle: samples [2], mode k at angle "
         "2πk/modes, labels are the modes.")
        .cites("Lin et al. 2018 (PacGAN), 2D-ring");
    s.param("modes", &Ring::modes_, {.initial = 8, .range = between(1, 100000)}, "Number of modes.");
    s.param("radius", &Ring::radius_, {.initial = 1, .range = at_least(0)}, "Radius of the circle.");
    s.param("std", &Ring::std_, {.initial = 0.01, .range = above(0)}, "Standard deviation along each axis.");
  }

  void load() override {
    Points means;
    for (int64_t k = 0; k < modes_; ++k) {  // no end point: it would be the first mode again
      const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(modes_);
      means.push_back({radius_ * portable::cos(angle), radius_ * portable::sin(angle)});
    }
    set(means, std_);
  }

 private:
  int64_t modes_{};
  double radius_{}, std_{};
};
}  // namespace

SADDLE_PLUGIN(Ring, "ring")
