#include <saddle/plugin.hpp>

#include "support/line.hpp"

namespace {
using namespace saddle;

class Wasserstein final : public Divergence {
 public:
  static void describe(Schema<Wasserstein>& s) {
    s.summary(
         "Wasserstein-1 distance: the difference of the critic's means. Hold the critic near 1-Lipschitz "
         "with a penalty or a constraint.")
        .states("family", "integral probability metric")
        .states("optimum",
                "v is a Kantorovich potential, v′ = sign(G − F) on the line; the value is W₁ = ∫|F − G|")
        .cites("Arjovsky, Chintala & Bottou 2017");
  }
  Tensor value(const Round& round) const override {
    const Tensor real = lane_mean(round.real_scores());
    return real - lane_mean(round.fake_scores());
  }
  Tensor generator_loss(const Round& round) const override { return lane_mean(generator_losses(round)); }
  bool has_generator_losses() const override { return true; }
  Tensor generator_losses(const Round& round) const override { return -round.fake_scores(); }
  bool needs_lipschitz_critic() const override { return true; }
  std::optional<Tensor> exact(const Densities& d) const override { return wasserstein_1(d); }
};
}  // namespace

SADDLE_PLUGIN(Wasserstein, "wasserstein")
