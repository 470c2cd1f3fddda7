#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Logistic final : public Prior {
 public:
  static void describe(Schema<Logistic>& s) {
    s.summary("Independent standard logistic latents ln u − ln(1 − u), of variance π²/3, [dim].");
    s.param("dim", &Logistic::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
  }
  Shape shape() const override { return {dim_}; }
  Tensor draw(Random& random, int64_t batch) const override { return random.logistic({batch, dim_}); }

 private:
  int64_t dim_{};
};
}  // namespace

SADDLE_PLUGIN(Logistic, "logistic")
