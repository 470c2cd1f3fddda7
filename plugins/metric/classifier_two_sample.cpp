#include <saddle/plugin.hpp>

#include <limits>

#include "support/lanes.hpp"
#include "support/logistic.hpp"
#include "support/nearest.hpp"
#include "support/space.hpp"

namespace {
using namespace saddle;

/// Area under the ROC curve: how often a generated sample scores higher than a real one, ties half.
double area(const Tensor& fake, const Tensor& real) {
  const Tensor x = fake.unsqueeze(1), y = real.unsqueeze(0);
  return ((x > y).to(at::kDouble) + 0.5 * (x == y)).mean().item<double>();
}

class ClassifierTwoSample final : public Metric {
 public:
  static void describe(Schema<ClassifierTwoSample>& s) {
    s.summary(
         "How well a classifier tells generated from held-out samples that it has not seen; 0.5 is chance. "
         "It learns "
         "from the first halves of both sets, equally many of each, and is asked about the second halves. "
         "accuracy: its "
         "share of right answers. auc: how often a generated sample scores higher than a real one, ties "
         "half.")
        .cites("Lopez-Paz & Oquab 2017");
    s.param("by", &ClassifierTwoSample::by_, {.initial = "neighbours", .choices = {"neighbours", "logistic"}},
            "The classifier: what most of the k nearest neighbours are, or logistic regression on "
            "standardised features "
            "(with ‖w‖²/2).");
    s.param("k", &ClassifierTwoSample::k_, {.initial = 5, .range = at_least(1)}, "How many neighbours; odd.");
    s.param("space", &ClassifierTwoSample::space_, {.initial = "auto", .choices = {"auto", "own", "log"}},
            space_doc);
  }
  std::vector<std::string> columns(const Data&) const override { return {"accuracy", "auc"}; }
  /// Both halves of both sets hold a sample, and the first ones together k.
  int64_t smallest_samples() const override {
    return by_ == "neighbours" ? std::max<int64_t>(2, k_ + k_ % 2) : 2;
  }

  Tensor measure(const Measurement& m) const override {
    const Tensor real = in_space(points(m.real[0]), space_, *m.data);
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const Tensor fake = in_space(x, space_, *m.data);
      const int64_t least = std::min(fake.size(0), real.size(0)), half = least / 2;
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      if (least < smallest_samples()) return {nan, nan};
      const Tensor known = at::cat({real.narrow(0, 0, half), fake.narrow(0, 0, half)}),
                   asked = at::cat({real.narrow(0, half, half), fake.narrow(0, half, half)});
      const Tensor scores = score(known, asked, half);
      const Tensor of_real = scores.narrow(0, 0, half), of_fake = scores.narrow(0, half, half);
      const double right = (of_real <= 0).sum().item<double>() + (of_fake > 0).sum().item<double>();
      return {right / static_cast<double>(2 * half), area(of_fake, of_real)};
    });
  }

 private:
  /// Positive where the sample seems generated: [asked]. Of the known the first `half` are real.
  Tensor score(const Tensor& known, const Tensor& asked, int64_t half) const {
    if (by_ == "logistic") return logistic_scores(known, at::arange(2 * half) >= half, asked);
    return 2 * (nearest(asked, known, k_) >= half).sum(1).to(at::kDouble) - static_cast<double>(k_);
  }

  std::string by_, space_;
  int64_t k_{};
};
}  // namespace

SADDLE_PLUGIN(ClassifierTwoSample, "classifier_two_sample")
