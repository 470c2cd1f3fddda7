#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/mode_counts.hpp"

namespace {
using namespace saddle;

class ModeKlHq final : public Metric {
 public:
  static void describe(Schema<ModeKlHq>& s) {
    s.summary(
         "Kullback-Leibler divergence of the generated over the true mode weights, in nats; only "
         "high-quality samples count. NaN where there is none.")
        .cites("Lin et al. 2018 (PacGAN), reverse KL");
    s.param("limit", &ModeKlHq::limit_, {.initial = 3, .range = above(0)}, limit_doc);
  }
  std::string unsupported(const Parts& parts) const override { return needs_modes(parts); }
  Tensor measure(const Measurement& m) const override {
    const Modes modes = m.data->modes().value();
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      return {mode_divergence(count_modes(x, modes, limit_).high_quality, modes.weights)};
    });
  }

 private:
  double limit_{};
};
}  // namespace

SADDLE_PLUGIN(ModeKlHq, "mode_kl_hq")
