#include <saddle/plugin.hpp>

#include "support/lanes.hpp"
#include "support/mode_counts.hpp"

namespace {
using namespace saddle;

class ModeKl final : public Metric {
 public:
  static void describe(Schema<ModeKl>& s) {
    s.summary(
         "Kullback-Leibler divergence of the generated over the true mode weights, in nats; every "
         "sample counts, for its nearest mode. N perfect samples of K modes score about (K − 1)/2N.")
        .cites("Liu et al. 2020 (Self-conditioned GAN), reverse KL");
  }
  std::string unsupported(const Parts& parts) const override { return needs_modes(parts); }
  Tensor measure(const Measurement& m) const override {
    const Modes modes = m.data->modes().value();
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      return {mode_divergence(count_modes(x, modes, 0).all, modes.weights)};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(ModeKl, "mode_kl")
