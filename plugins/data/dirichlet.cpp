#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Dirichlet final : public Data {
 public:
  static void describe(Schema<Dirichlet>& s) {
    s.summary("Compositions of a Dirichlet distribution: samples [part], positive numbers that sum to 1.");
    s.param("alpha", &Dirichlet::alpha_, {.initial = Reals{0.5, 1, 2, 4}, .range = above(0)},
            "Concentrations, one a part.");
  }

  void load() override {
    if (alpha_.size() < 2) throw ParamError("alpha", "a composition has two parts or more");
  }
  Shape shape() const override { return {static_cast<int64_t>(alpha_.size())}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor alpha = at::tensor(alpha_, at::kDouble).expand({random.lanes(), batch, -1});
    // Logarithms of gamma numbers: small concentrations would underflow.
    return {at::softmax(random.log_gamma(alpha), -1).to(random.options()), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override { return {0, 1}; }
  bool has_density() const override { return true; }
  Tensor log_density(const Tensor& samples) const override {
    const Tensor x = samples.to(at::kDouble);
    return dirichlet_log_density(x, at::tensor(alpha_, x.options()).expand_as(x));
  }

 private:
  Reals alpha_;
};
}  // namespace

SADDLE_PLUGIN(Dirichlet, "dirichlet")
