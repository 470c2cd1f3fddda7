#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Uniform final : public Prior {
 public:
  static void describe(Schema<Uniform>& s) {
    s.summary("Independent latents, uniform between −1 and 1, [dim].");
    s.param("dim", &Uniform::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
  }
  Shape shape() const override { return {dim_}; }
  Tensor draw(Random& random, int64_t batch) const override { return random.uniform({batch, dim_}, -1, 1); }

 private:
  int64_t dim_{};
};
}  // namespace

SADDLE_PLUGIN(Uniform, "uniform")
