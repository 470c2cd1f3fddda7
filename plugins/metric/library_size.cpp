#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/wasserstein.hpp"

namespace {
using namespace saddle;

std::vector<double> sums(const Tensor& x) {
  const Tensor all = x.sum(1);
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

class LibrarySize final : public Metric {
 public:
  static void describe(Schema<LibrarySize>& s) {
    s.summary(
        "Wasserstein distance of order 1 between the library sizes, the sums of each cell's values, of "
        "generated and of "
        "held-out cells, over the mean of the latter.");
  }
  std::string unsupported(const Parts& parts) const override {
    return parts.data->range().low >= 0 ? "" : "its values may be negative";
  }
  Tensor measure(const Measurement& m) const override {
    const Tensor x = points(m.real[0]);
    const std::vector<double> real = sums(x);
    const double unit = std::abs(x.sum(1).mean().item<double>());
    return by_lane(m.fake, 1, [&](const Tensor& fake) -> std::vector<double> {
      return {wasserstein(sums(fake), real) / unit};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(LibrarySize, "library_size")
