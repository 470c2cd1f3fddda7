#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Wasserstein final : public Divergence {
 public:
  static void describe(Schema<Wasserstein>& s) {
    s.summary(
         "Wasserstein-1 distance: the difference of the critic's means. Hold the critic near 1-Lipschitz "
         "with a penalty or a constraint.")
        .cites("Arjovsky, Chintala & Bottou 2017");
  }
  Tensor value(const Round& round) const override {
    const Tensor real = lane_mean(round.real_scores());
    return real - lane_mean(round.fake_scores());
  }
  Tensor generator_loss(const Round& round) const override { return -lane_mean(round.fake_scores()); }
  bool needs_lipschitz_critic() const override { return true; }
};
}  // namespace

SADDLE_PLUGIN(Wasserstein, "wasserstein")
