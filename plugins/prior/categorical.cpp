#include <saddle/plugin.hpp>

#include "support/one_hot.hpp"

namespace {
using namespace saddle;

class Categorical final : public Prior {
 public:
  static void describe(Schema<Categorical>& s) {
    s.summary("One category out of several, as a one-hot vector [count].");
    s.param("count", &Categorical::count_, {.initial = 10, .range = at_least(1)}, "Number of categories.");
    s.param("weights", &Categorical::weights_, {.initial = Reals{}, .range = above(0)},
            "Their probabilities, normalised to sum 1; empty: equal.");
  }
  Shape shape() const override {
    need_weights(count_, weights_);
    return {count_};
  }
  Tensor draw(Random& random, int64_t batch) const override {
    return one_hot(random, batch, count_, weights_);
  }

 private:
  int64_t count_{};
  Reals weights_;
};
}  // namespace

SADDLE_PLUGIN(Categorical, "categorical")
