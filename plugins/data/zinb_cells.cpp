#include <fmt/format.h>
#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>

namespace {
using namespace saddle;

class ZinbCells final : public Data {
 public:
  static void describe(Schema<ZinbCells>& s) {
    s.summary(
         "Cells of several types, rare ones among them, with known truth: samples [gene], zero-inflated "
         "negative binomial "
         "counts. A gene has a mean μ in each type, an inverse dispersion θ (variance μ + μ²/θ) and a "
         "probability π that "
         "its count is lost. Labels are the types.")
        .cites("Risso et al. 2018 (ZINB-WaVE), without covariates");
    s.param("weights", &ZinbCells::weights_,
            {.initial = Reals{0.45, 0.3, 0.15, 0.07, 0.03}, .range = above(0)},
            "How frequent each type is; they are normalised.");
    s.param("genes", &ZinbCells::genes_, {.initial = 50, .range = between(1, 100000)}, "Number of genes.");
    s.param("mean", &ZinbCells::mean_, {.initial = 2, .range = {0, 1e5, true, false}},
            "Median of μ over the genes.");
    s.param("spread", &ZinbCells::spread_, {.initial = 1, .range = between(0, 5)},
            "Standard deviation of ln μ over the genes.");
    s.param("markers", &ZinbCells::markers_, {.initial = 0.2, .range = between(0, 1)},
            "Share of the genes that a type has more or less of than others.");
    s.param("fold", &ZinbCells::fold_, {.initial = 5, .range = at_least(1)}, "How many times more, or less.");
    s.param("theta", &ZinbCells::theta_, {.initial = 2, .range = above(0)},
            "Median of θ; ln θ varies by 0.5.");
    s.param("dropout", &ZinbCells::dropout_, {.initial = 0.1, .range = between(0, 0.5)},
            "Mean of π, which is uniform from 0 to twice this.");
    s.param("design_seed", &ZinbCells::design_seed_, {.initial = 0, .range = at_least(0)},
            "Chooses μ, θ and π, the same for every trial.");
  }

  void load() override {
    if (weights_.empty()) throw ParamError("weights", "no type");
    const auto types = static_cast<int64_t>(weights_.size());
    Random random = Streams({static_cast<uint64_t>(design_seed_)}, at::kDouble).at("zinb_cells", 0);
    const Tensor base = random.normal({genes_})[0] * spread_ + portable::log(mean_);
    thetas_ = (random.normal({genes_})[0] * 0.5 + portable::log(theta_)).exp();
    dropouts_ = random.uniform({genes_})[0] * 2 * dropout_;
    const Tensor marked = random.uniform({types, genes_})[0] < markers_;
    const Tensor sign = 1 - 2 * (random.uniform({types, genes_})[0] < 0.5).to(at::kDouble);
    means_ = (base + marked * sign * portable::log(fold_)).exp();
  }
  Shape shape() const override { return {genes_}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor type = random.choice({batch}, weights_).to(at::kCPU);
    const Tensor mean = means_.index_select(0, type.flatten()).view({random.lanes(), batch, genes_});
    const Tensor rate = random.log_gamma(thetas_.expand_as(mean)).to(at::kCPU).exp() * mean / thetas_;
    const Tensor counts = random.poisson(rate).to(at::kCPU);
    const Tensor lost = random.uniform({batch, genes_}).to(at::kCPU, at::kDouble) < dropouts_;
    return {at::where(lost, 0.0, counts).to(random.options()), type.to(random.options().device())};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override { return {0, __builtin_inf()}; }
  bool has_labels() const override { return true; }
  std::vector<std::string> classes() const override {
    std::vector<std::string> names;
    for (size_t t = 0; t < weights_.size(); ++t) names.push_back(fmt::format("type {}", t));
    return names;
  }
  std::string not_a_count() const override { return {}; }
  bool has_density() const override { return true; }
  Tensor log_density(const Tensor& samples) const override {
    const Tensor x = samples.to(at::kCPU, at::kDouble);
    double total = 0;
    for (const double w : weights_) total += w;
    std::vector<Tensor> of_type;
    for (size_t t = 0; t < weights_.size(); ++t)
      of_type.push_back(log_mass(x, means_[static_cast<int64_t>(t)]).sum(-1) +
                        portable::log(weights_[t] / total));
    return at::logsumexp(at::stack(of_type), 0).to(samples.device());
  }

 private:
  Tensor log_mass(const Tensor& x, const Tensor& mean) const {
    if (dropout_ == 0) return negative_binomial_log_mass(x, mean.expand_as(x), thetas_.expand_as(x));
    return zinb_log_mass(x, mean.expand_as(x), thetas_.expand_as(x),
                         (dropouts_.log() - (-dropouts_).log1p()).expand_as(x));
  }

  Reals weights_;
  int64_t genes_{}, design_seed_{};
  double mean_{}, spread_{}, markers_{}, fold_{}, theta_{}, dropout_{};
  Tensor means_, thetas_, dropouts_;  // [type, gene], [gene], [gene]
};
}  // namespace

SADDLE_PLUGIN(ZinbCells, "zinb_cells")
