#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>
#include <numbers>

namespace {
using namespace saddle;

class StudentT final : public Data {
 public:
  static void describe(Schema<StudentT>& s) {
    s.summary(
        "The multivariate Student t distribution, heavy-tailed: samples [dim], a Gaussian vector over the "
        "root of one "
        "chi-square number over its degrees of freedom. The variance is scale²·df/(df − 2) beyond df = 2.");
    s.param("dim", &StudentT::dim_, {.initial = 2, .range = at_least(1)}, "Dimensions.");
    s.param("df", &StudentT::df_, {.initial = 3, .range = above(0)}, "Degrees of freedom; 1 is Cauchy's.");
    s.param("location", &StudentT::location_, {.initial = 0}, "The centre, in every dimension.");
    s.param("scale", &StudentT::scale_, {.initial = 1, .range = above(0)}, "The scale, in every dimension.");
  }
  Shape shape() const override { return {dim_}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor z = random.normal({batch, dim_}).to(at::kDouble);
    const Tensor half = at::full({random.lanes(), batch, 1}, df_ / 2, at::kDouble);
    const Tensor factor = (0.5 * (portable::log(df_ / 2) - random.log_gamma(half))).exp().to(z.device());
    return {(z * factor * scale_ + location_).to(random.options()), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  bool has_density() const override { return true; }
  Tensor log_density(const Tensor& samples) const override {
    const auto d = static_cast<double>(dim_);
    const Tensor squares = ((samples.to(at::kDouble) - location_) / scale_).square().sum(-1);
    const double constant = portable::lgamma((df_ + d) / 2) - portable::lgamma(df_ / 2) -
                            d / 2 * portable::log(df_ * std::numbers::pi) - d * portable::log(scale_);
    return constant - (df_ + d) / 2 * (squares / df_).log1p();
  }

 private:
  int64_t dim_{};
  double df_{}, location_{}, scale_{};
};
}  // namespace

SADDLE_PLUGIN(StudentT, "student_t")
