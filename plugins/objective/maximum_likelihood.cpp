#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class MaximumLikelihood final : public Objective {
 public:
  static void describe(Schema<MaximumLikelihood>& s) {
    s.summary(
        "Maximum likelihood without a critic: the generator descends −E ln p(x | raw output), p the head's "
        "own "
        "distribution, x the data, each with a latent of its own. With the generator point this is the exact "
        "fit of independent features: zinb gives each gene its own zero-inflated negative binomial, "
        "gumbel_softmax a position-weight matrix, markov_chain a Markov chain. With latents it is a bound "
        "(Jensen), least where the generator ignores them; for those there is vae.");
  }

  std::vector<Kind> uses() const override { return {Kind::data, Kind::prior, Kind::generator, Kind::head}; }

  std::string illegal(const Parts& parts) const override {
    return parts.head->has_likelihood() ? "" : "the head has no likelihood of its own";
  }

  std::vector<PlayerSpec> players(const Parts&) const override {
    return {{"generator", {Kind::generator, Kind::head}, false}};
  }

  Tensor loss(const PlayerSpec&, Play& play) const override {
    const Tensor& samples = play.real().samples;
    const Tensor raw = play.generate_raw_for(play.latents(), samples);
    return -lane_mean(play.parts().head->log_likelihood(play.params(Kind::head), raw, samples));
  }
};
}  // namespace

SADDLE_PLUGIN(MaximumLikelihood, "maximum_likelihood")
