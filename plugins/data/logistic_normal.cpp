#include <fmt/format.h>
#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <numbers>

namespace {
using namespace saddle;

class LogisticNormal final : public Data {
 public:
  static void describe(Schema<LogisticNormal>& s) {
    s.summary(
         "Compositions whose logarithms of each part over the last one are independent Gaussians: samples "
         "[part], "
         "positive numbers that sum to 1.")
        .cites("Aitchison & Shen 1980");
    s.param("means", &LogisticNormal::means_, {.initial = Reals{1, 0, -1}},
            "Means of the logarithms, one a part but the last.");
    s.param("stds", &LogisticNormal::stds_, {.initial = Reals{1}, .range = above(0)},
            "Their standard deviations, one for all or one each.");
  }

  void load() override {
    if (means_.empty()) throw ParamError("means", "a composition has two parts or more");
    if (stds_.size() == 1) stds_.resize(means_.size(), stds_[0]);
    if (stds_.size() != means_.size())
      throw ParamError("stds",
                       fmt::format("{} standard deviations for {} means", stds_.size(), means_.size()));
  }
  Shape shape() const override { return {static_cast<int64_t>(means_.size()) + 1}; }
  Batch draw(Random& random, int64_t batch) const override {
    const Tensor z = random.normal({batch, static_cast<int64_t>(means_.size())}).to(at::kDouble);
    const Tensor logs = z * at::tensor(stds_, z.options()) + at::tensor(means_, z.options());
    return {inverse_alr(logs, static_cast<int64_t>(means_.size())).to(random.options()), {}};
  }
  Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  Interval range() const override { return {0, 1}; }
  bool has_density() const override { return true; }
  Tensor log_density(const Tensor& samples) const override {
    const Tensor x = samples.to(at::kDouble), stds = at::tensor(stds_, x.options());
    const Tensor z = (alr(x, static_cast<int64_t>(means_.size())) - at::tensor(means_, x.options())) / stds;
    const Tensor normal = -0.5 * z.square() - stds.log() - 0.5 * portable::log(2 * std::numbers::pi);
    return normal.sum(-1) - x.log().sum(-1);
  }

 private:
  Reals means_, stds_;
};
}  // namespace

SADDLE_PLUGIN(LogisticNormal, "logistic_normal")
