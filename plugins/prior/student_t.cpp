#include <saddle/plugin.hpp>

#include <cmath>

namespace {
using namespace saddle;

class StudentT final : public Prior {
 public:
  static void describe(Schema<StudentT>& s) {
    s.summary("Independent Student t latents, [dim]: tails like |z|^−(degrees + 1).");
    s.param("dim", &StudentT::dim_, {.initial = 2, .range = at_least(1)}, "Number of latents.");
    s.param("degrees", &StudentT::degrees_, {.initial = 3.0, .range = above(0)},
            "Degrees of freedom; 1 is the Cauchy distribution.");
  }
  Shape shape() const override { return {dim_}; }

  // z/√(χ²/ν), χ² twice a gamma number of shape ν/2.
  Tensor draw(Random& random, int64_t batch) const override {
    const Tensor z = random.normal({batch, dim_});
    const Tensor half = degrees_.values().to(at::kDouble).view({-1, 1, 1}) / 2;
    const Tensor log_share = random.log_gamma(half.expand_as(z)) - half.log();
    return (z.to(at::kDouble) * (-log_share / 2).exp()).to(random.options());
  }

 private:
  int64_t dim_{};
  LaneReal degrees_;
};
}  // namespace

SADDLE_PLUGIN(StudentT, "student_t")
