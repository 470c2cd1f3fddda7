#include <saddle/plugin.hpp>

#include <numeric>

#include "support/lanes.hpp"
#include "support/sequences.hpp"
#include "support/wasserstein.hpp"

namespace {
using namespace saddle;

class GcContent final : public Metric {
 public:
  static void describe(Schema<GcContent>& s) {
    s.summary(
        "Shares of the letters G and C in each sequence. mean: of the generated ones. distance: of order 1 "
        "(Wasserstein) "
        "to the shares of held-out sequences.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"mean", "distance"}; }
  std::string unsupported(const Parts& parts) const override {
    const std::string alphabet = parts.data->alphabet();
    return alphabet == "ACGT" || alphabet == "ACGU" ? "" : "its samples are neither DNA nor RNA";
  }
  Tensor measure(const Measurement& m) const override {
    const auto shares = [&](const Tensor& x) { return shares_of(letters_of(x, m.data->alphabet()), "GC"); };
    const std::vector<double> real = shares(points(m.real[0]));
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const std::vector<double> fake = shares(x);
      return {std::accumulate(fake.begin(), fake.end(), 0.0) / static_cast<double>(fake.size()),
              wasserstein(fake, real)};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(GcContent, "gc_content")
