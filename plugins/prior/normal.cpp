#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Normal final : public Prior {
 public:
  static void describe(Schema<Normal>& s) {
    s.summary("Independent standard normal latents, [dim].");
    s.param("dim", &Normal::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
  }
  Shape shape() const override { return {dim_}; }
  Tensor draw(Random& random, int64_t batch) const override { return random.normal({batch, dim_}); }
  bool is_standard_normal() const override { return true; }

 private:
  int64_t dim_{};
};
}  // namespace

SADDLE_PLUGIN(Normal, "normal")
