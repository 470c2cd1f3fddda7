#include <fmt/format.h>
#include <saddle/plugin.hpp>

#include "support/lanes.hpp"

namespace {
using namespace saddle;

class Moments final : public Metric {
 public:
  static void describe(Schema<Moments>& s) {
    s.summary(
        "Mean and standard deviation (with n − 1) of each feature of the generated samples, numbered "
        "in order.");
  }
  std::vector<std::string> columns(const Data& data) const override {
    std::vector<std::string> names;
    for (const char* moment : {"mean", "std"})
      for (int64_t i = 0; i < numel(data.shape()); ++i) names.push_back(fmt::format("{}.{}", moment, i));
    return names;
  }
  int64_t smallest_samples() const override { return 2; }
  Tensor measure(const Measurement& m) const override {
    const auto features = static_cast<size_t>(numel(m.data->shape()));
    return by_lane(m.fake, 2 * features, [](const Tensor& x) {
      // The deviation of a single sample is NaN: n − 1 is 0.
      const Tensor mean = x.mean(0),
                   variance = (x - mean).square().sum(0) / static_cast<double>(x.size(0) - 1);
      const Tensor row = at::cat({mean, variance.sqrt()});
      return std::vector<double>(row.const_data_ptr<double>(), row.const_data_ptr<double>() + row.numel());
    });
  }
};
}  // namespace

SADDLE_PLUGIN(Moments, "moments")
