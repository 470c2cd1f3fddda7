#include <saddle/plugin.hpp>

#include <numbers>

namespace {
using namespace saddle;

class NewPlugin final : public Data {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("A spiral in the plane, from its centre to radius 1, with noise.");
    s.param("turns", &NewPlugin::turns_, {.initial = 1.5}, "How often it goes round.");
    s.param("std", &NewPlugin::std_, {.initial = 0.02, .range = above(0)}, "Of the noise along each axis.");
  }
  Shape shape() const override { return {2}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor radius = random.uniform({batch, 1}), angle = 2 * std::numbers::pi * turns_ * radius;
    const Tensor curve = at::cat({radius * angle.cos(), radius * angle.sin()}, 2);
    return {curve + std_ * random.normal({batch, 2}), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }

 private:
  double turns_{}, std_{};
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
