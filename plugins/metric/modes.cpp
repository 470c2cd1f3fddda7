#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/mode_counts.hpp"

namespace {
using namespace saddle;

class ModesCaptured final : public Metric {
 public:
  static void describe(Schema<ModesCaptured>& s) {
    s.summary(
         "Modes captured: that have at least one high-quality sample, closer than `limit` standard "
         "deviations.")
        .cites("Srivastava et al. 2017 (VEEGAN)");
    s.param("limit", &ModesCaptured::limit_, {.initial = 3, .range = above(0)}, limit_doc);
  }
  std::string unsupported(const Parts& parts) const override { return needs_modes(parts); }
  Tensor measure(const Measurement& m) const override {
    const Modes modes = m.data->modes().value();
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      const auto counts = count_modes(x, modes, limit_).high_quality;
      return {
          static_cast<double>(std::count_if(counts.begin(), counts.end(), [](int64_t c) { return c > 0; }))};
    });
  }

 private:
  double limit_{};
};
}  // namespace

SADDLE_PLUGIN(ModesCaptured, "modes")
