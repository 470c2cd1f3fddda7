#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Saturation final : public Metric {
 public:
  static void describe(Schema<Saturation>& s) {
    s.summary(
         "How much more of a gradient the non-saturating loss would send to the generator than the minimax "
         "loss: E|∂real_term/∂v| over E|∂fake_term/∂v|, v the scores of generated samples. 99 for gan where "
         "the critic gives them probability 0.01.")
        .cites("Goodfellow et al. 2014, section 3");
  }

  bool needs_game() const override { return true; }
  std::string unsupported(const Parts& parts) const override {
    if (!parts.critic || !parts.divergence) return "there is no critic";
    return dynamic_cast<const FDivergence*>(parts.divergence) ? "" : "the divergence is no f-divergence";
  }

  Tensor measure(const Measurement& m) const override {
    Play& play = m.game->play();
    const auto& divergence = dynamic_cast<const FDivergence&>(*play.parts().divergence);
    const Tensor scores = round_of(play, Player::generator, "saturation").fake_scores();
    const Tensor v = scores.detach().to(at::kDouble).requires_grad_();
    const auto slope = [&](const Tensor& term) { return lane_mean(input_gradient(term, v).abs()); };
    return (slope(divergence.linked_real_term(v)) / slope(divergence.linked_fake_term(v))).unsqueeze(1);
  }
};
}  // namespace

SADDLE_PLUGIN(Saturation, "saturation")
