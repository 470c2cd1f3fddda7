#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Prior {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Points spread evenly over the unit sphere, [dim].");
    s.param("dim", &NewPlugin::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
  }
  Shape shape() const override { return {dim_}; }
  Tensor draw(Random& random, int64_t batch) const override {
    const Tensor x = random.normal({batch, dim_});
    return x / sample_norm(x).unsqueeze(2);
  }

 private:
  int64_t dim_{};
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
