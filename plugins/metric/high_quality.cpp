#include <saddle/plugin.hpp>

#include <numeric>

#include "support/lanes.hpp"
#include "support/mode_counts.hpp"

namespace {
using namespace saddle;

class HighQuality final : public Metric {
 public:
  static void describe(Schema<HighQuality>& s) {
    s.summary(
         "Share of samples closer to a mode than `limit` standard deviations, by Euclidean distance. "
         "Perfect samples in the plane score 1 − exp(−limit²/2): 0.98889.")
        .cites("Srivastava et al. 2017 (VEEGAN)");
    s.param("limit", &HighQuality::limit_, {.initial = 3, .range = above(0)}, limit_doc);
  }
  std::string unsupported(const Parts& parts) const override { return needs_modes(parts); }
  Tensor measure(const Measurement& m) const override {
    const Modes modes = m.data->modes().value();
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      const ModeCounts counts = count_modes(x, modes, limit_);
      const int64_t good =
          std::accumulate(counts.high_quality.begin(), counts.high_quality.end(), int64_t{0});
      return {static_cast<double>(good) / static_cast<double>(counts.samples)};
    });
  }

 private:
  double limit_{};
};
}  // namespace

SADDLE_PLUGIN(HighQuality, "high_quality")
