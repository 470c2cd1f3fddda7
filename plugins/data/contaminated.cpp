#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>
#include <numbers>

namespace {
using namespace saddle;

class Contaminated final : public Data {
 public:
  static void describe(Schema<Contaminated>& s) {
    s.summary(
         "Gaussian samples [dim] of which some are outliers, wider around the same mean: (1 − share) N(mean, "
         "std²) + "
         "share N(mean, (factor·std)²), the whole sample one or the other. Labels: 0 clean, 1 outlier.")
        .cites("Tukey 1960; Huber 1964");
    s.param("dim", &Contaminated::dim_, {.initial = 10, .range = at_least(1)}, "Dimensions (genes).");
    s.param("mean", &Contaminated::mean_, {.initial = 0}, "The mean, in every dimension.");
    s.param("std", &Contaminated::std_, {.initial = 1, .range = above(0)}, "The clean standard deviation.");
    s.param("share", &Contaminated::share_, {.initial = 0.05, .range = {0, 1, false, true}},
            "Share of outliers.");
    s.param("factor", &Contaminated::factor_, {.initial = 10, .range = above(0)}, "How much wider they are.");
    s.param("measure_against", &Contaminated::measure_against_,
            {.initial = "clean", .choices = {"clean", "contaminated"}},
            "What metrics compare with: clean tells how far a generator is from what the outliers hide.");
  }
  Shape shape() const override { return {dim_}; }
  Batch draw(Random& random, int64_t batch) const override { return mixture(random, batch, share_); }
  Batch held_out(Random& random, int64_t count) const override {
    return mixture(random, count, measure_against_ == "clean" ? 0 : share_);
  }
  bool has_labels() const override { return true; }
  std::vector<std::string> classes() const override { return {"clean", "outlier"}; }
  bool has_density() const override { return true; }
  /// Of the contaminated distribution, which is trained on.
  Tensor log_density(const Tensor& samples) const override {
    const Tensor squares = (samples.to(at::kDouble) - mean_).square().sum(-1);
    const auto normal = [&](double weight, double std) {
      const auto d = static_cast<double>(dim_);
      return portable::log(weight) - d * portable::log(std) - d / 2 * portable::log(2 * std::numbers::pi) -
             squares / (2 * std * std);
    };
    return at::logaddexp(normal(1 - share_, std_), normal(share_, std_ * factor_));
  }

 private:
  Batch mixture(Random& random, int64_t batch, double share) const {
    const Tensor z = random.normal({batch, dim_});
    const Tensor label = random.choice({batch}, {1 - share, share});
    const Tensor std = (std_ + label.unsqueeze(2).to(at::kDouble) * (std_ * factor_ - std_)).to(z.options());
    return {z * std + mean_, label};
  }

  int64_t dim_{};
  double mean_{}, std_{}, share_{}, factor_{};
  std::string measure_against_;
};
}  // namespace

SADDLE_PLUGIN(Contaminated, "contaminated")
