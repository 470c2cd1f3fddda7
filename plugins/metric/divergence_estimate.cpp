#include <ATen/ATen.h>
#include <saddle/plugin.hpp>

#include <limits>

namespace {
using namespace saddle;

class DivergenceEstimate final : public Metric {
 public:
  static void describe(Schema<DivergenceEstimate>& s) {
    s.summary(
        "What the critic makes of the divergence, penalties left out, beside the divergence itself. Where "
        "both "
        "densities on the line are known (data with a density in one dimension, an affine generator of "
        "normal "
        "latents, a linear head, samples not packed), `exact` is by quadrature, and so is the `estimate` of "
        "an f-divergence; "
        "otherwise `exact` is NaN and the estimate is the game's value on one batch.");
    s.param("nodes", &DivergenceEstimate::nodes_, {.initial = 8001, .range = between(101, 1000000)},
            "Nodes of the quadrature.");
    s.param("reach", &DivergenceEstimate::reach_, {.initial = 12.0, .range = above(0)},
            "How far it goes to either side of all samples' mean, in standard deviations of the wider "
            "distribution.");
  }

  std::vector<std::string> columns(const Data&) const override { return {"estimate", "exact"}; }
  bool needs_game() const override { return true; }
  std::string unsupported(const Parts& parts) const override {
    return parts.divergence ? "" : "there is no divergence";
  }

  Tensor measure(const Measurement& m) const override {
    Play& play = m.game->play();
    const Divergence& divergence = *play.parts().divergence;
    Tensor result = at::full({m.fake.size(0), 2}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    const bool known = densities_are_known(play, m.fake);
    const auto* f = known ? dynamic_cast<const FDivergence*>(&divergence) : nullptr;
    if (!f) result.select(1, 0).copy_(divergence.value(round_of(play, Player::critic, "estimate")));
    if (!known) return result;
    const Tensor x = nodes(m),
                 scores = f ? play.score(x.unsqueeze(2).to(m.fake.dtype())).to(at::kDouble) : Tensor();
    const Tensor log_real = play.parts().data->log_density(x.unsqueeze(2)),
                 log_fake = play.parts().generator->log_density(play.params(Kind::generator), x.unsqueeze(2));
    const int64_t lanes = x.size(0);
    for (int64_t lane = 0; lane < lanes; ++lane) {
      // Every lane has its own nodes, and the divergence's parameters may differ by lane: all lanes at these
      // nodes, of which one is taken.
      const auto of = [&](const Tensor& t) {
        return t.select(0, t.size(0) == 1 ? 0 : lane).detach().to(at::kDouble).expand({lanes, -1});
      };
      const Densities d{x[lane], trapezoid(x[lane]), of(log_real), of(log_fake)};
      if (const auto exact = divergence.exact(d)) result[lane][1].copy_((*exact)[lane]);
      if (f) result[lane][0].copy_(bound(*f, d, of(scores))[lane]);
    }
    return result;
  }

 private:
  // The head must hand the generator's output through.
  static bool densities_are_known(Play& play, const Tensor& fake) {
    const Parts& parts = play.parts();
    if (!parts.data->has_density() || parts.data->shape() != Shape{1} || !parts.generator->has_density() ||
        !parts.prior->is_standard_normal() || parts.packing != 1)
      return false;
    const auto [raw, samples] = play.generate_both(play.latents());
    return samples.equal(raw) && fake.dim() == 3;
  }

  // Each lane's own: [lane, node].
  Tensor nodes(const Measurement& m) const {
    const Tensor real = m.real.to(at::kDouble), fake = m.fake.to(at::kDouble);
    const auto spread = [](const Tensor& x, const Tensor& mean) {
      return lane_mean((x - mean.view({-1, 1, 1})).square()).sqrt();
    };
    const Tensor real_mean = lane_mean(real).expand({fake.size(0)}), fake_mean = lane_mean(fake);
    const Tensor width = at::maximum(spread(real, real_mean.narrow(0, 0, 1)), spread(fake, fake_mean)) +
                         (real_mean - fake_mean).abs();
    const Tensor middle = (real_mean + fake_mean) / 2;
    const Tensor unit = at::linspace(-1, 1, nodes_, real.options());
    return middle.unsqueeze(1) + reach_ * width.unsqueeze(1) * unit;
  }

  static Tensor trapezoid(const Tensor& x) {
    const Tensor gap = (x.narrow(0, 1, x.size(0) - 1) - x.narrow(0, 0, x.size(0) - 1)) / 2;
    Tensor weight = at::zeros_like(x);
    weight.narrow(0, 0, gap.size(0)).add_(gap);
    weight.narrow(0, 1, gap.size(0)).add_(gap);
    return weight;
  }

  static Tensor bound(const FDivergence& f, const Densities& d, const Tensor& scores) {
    const Tensor real = d.log_real.exp() * f.linked_real_term(scores),
                 fake = d.log_fake.exp() * f.linked_fake_term(scores);
    return lane_sum((real - fake) * d.weight);
  }

  int64_t nodes_ = 0;
  double reach_ = 0;
};
}  // namespace

SADDLE_PLUGIN(DivergenceEstimate, "divergence_estimate")
