#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Hinge final : public Divergence {
 public:
  static void describe(Schema<Hinge>& s) {
    s.summary(
         "Hinge loss: E_real min(0, v − 1) + E_fake min(0, −1 − v) for the critic, −E_fake v for the "
         "generator.")
        .states("family", "hinge")
        .states("optimum", "v = 1 where p > q and −1 where p < q; the value is 2·TV − 2 = −2∫min(p, q)")
        .cites("Lim & Ye 2017")
        .cites("Miyato et al. 2018");
  }
  Tensor value(const Round& round) const override {
    const Tensor real = lane_mean((round.real_scores() - 1).clamp_max(0));
    return real + lane_mean((-1 - round.fake_scores()).clamp_max(0));
  }
  Tensor generator_loss(const Round& round) const override { return lane_mean(generator_losses(round)); }
  bool has_generator_losses() const override { return true; }
  Tensor generator_losses(const Round& round) const override { return -round.fake_scores(); }
  std::optional<Tensor> exact(const Densities& d) const override {
    return -2 * lane_sum(at::min(d.log_real, d.log_fake).exp() * d.weight);
  }
};
}  // namespace

SADDLE_PLUGIN(Hinge, "hinge")
