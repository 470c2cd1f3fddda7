#include <saddle/plugin.hpp>

#include "support/one_hot.hpp"

namespace {
using namespace saddle;

class CategoricalNormal final : public Prior {
 public:
  static void describe(Schema<CategoricalNormal>& s) {
    s.summary(
         "A category and independent standard normal numbers beside it: [count + dim], the one-hot vector "
         "first.")
        .cites("Chen et al. 2016 (InfoGAN)");
    s.param("count", &CategoricalNormal::count_, {.initial = 10, .range = at_least(1)},
            "Number of categories.");
    s.param("dim", &CategoricalNormal::dim_, {.initial = 2, .range = at_least(1)},
            "Number of normal latents.");
    s.param("weights", &CategoricalNormal::weights_, {.initial = Reals{}, .range = above(0)},
            "Probabilities of the categories, normalised to sum 1; empty: equal.");
  }
  Shape shape() const override {
    need_weights(count_, weights_);
    return {count_ + dim_};
  }
  Tensor draw(Random& random, int64_t batch) const override {
    const Tensor category = one_hot(random, batch, count_, weights_);
    return at::cat({category, random.normal({batch, dim_})}, 2);
  }

 private:
  int64_t count_{}, dim_{};
  Reals weights_;
};
}  // namespace

SADDLE_PLUGIN(CategoricalNormal, "categorical_normal")
