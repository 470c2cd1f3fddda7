#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <numbers>

namespace {
using namespace saddle;

class Vae final : public Objective {
 public:
  static void describe(Schema<Vae>& s) {
    s.summary(
         "Variational autoencoder: maximises the evidence lower bound E log p(x|z) − β·KL(q(z|x) || prior), "
         "q a normal distribution with the encoder's means and log variances, one draw of z a sample.")
        .cites("Kingma & Welling 2014")
        .cites("Higgins et al. 2017 (beta)");
    s.param(
        "likelihood", &Vae::likelihood_,
        {.initial = "gaussian", .choices = {"gaussian", "bernoulli", "head"}},
        "p(x|z): normal around the generator's samples; independent bits whose logits are the generator's "
        "raw output (head: sigmoid; data within 0 … 1); or the head's own: negative_binomial and zinb as in "
        "scVI, poisson, dirichlet, gumbel_softmax for one-hot data, binary_concrete for bits.");
    s.param("input", &Vae::input_, {.initial = "data", .choices = {"data", "log1p"}},
            "What the encoder reads: the data, or ln(1 + x) of them, which suits counts.");
    s.param("beta", &Vae::beta_, {.initial = 1.0, .range = at_least(0)}, "Multiplies the KL divergence.");
    s.param("std", &Vae::std_,
            {.initial = 1.0, .range = above(0), .only_when = OnlyWhen{"likelihood", {"gaussian"}}},
            "Standard deviation of the likelihood.");
  }

  std::vector<Kind> uses() const override {
    return {Kind::data, Kind::prior, Kind::encoder, Kind::generator, Kind::head};
  }

  std::string illegal(const Parts& parts) const override {
    if (!parts.prior->is_standard_normal())
      return "the KL divergence is known in closed form for a standard normal prior alone";
    if (likelihood_ == "head")
      return parts.head->has_likelihood() ? "" : "the head has no likelihood of its own";
    if (parts.head->discrete())
      return "the head's samples are discrete, and no gradient passes through them; likelihood: head needs "
             "none";
    if (likelihood_ != "bernoulli") return {};
    if (parts.generator->is_autoregressive())
      return "the generator feeds back what the head makes, and the sigmoid makes probabilities, not the "
             "data's "
             "bits; likelihood: head with the head binary_concrete has bits";
    const Interval unit{0, 1};
    if (!unit.contains(parts.data->range())) return "a bernoulli likelihood needs data within 0 … 1";
    if (!unit.contains(parts.head->range()) || !parts.head->range().contains(unit))
      return "a bernoulli likelihood takes the generator's raw output for logits: it needs the head sigmoid";
    return {};
  }

  std::vector<PlayerSpec> players(const Parts&) const override {
    return {{"generator", {Kind::encoder, Kind::generator, Kind::head}, false}};
  }

  int64_t encoder_outputs(const Shape& latent) const override { return 2 * numel(latent); }

  Tensor loss(const PlayerSpec&, Play& play) const override {
    const Tensor& x = play.real().samples;
    const Shape latent = play.parts().prior->shape();
    const int64_t size = numel(latent);
    const Tensor posterior = play.encode(input_ == "log1p" ? x.log1p() : x);
    const Tensor mean = posterior.narrow(2, 0, size), log_variance = posterior.narrow(2, size, size);
    const Tensor noise = play.random("posterior").normal({x.size(1), size});
    const Tensor z = (mean + (log_variance / 2).exp() * noise).unflatten(2, latent);
    const Tensor log_likelihood = likelihood_of(x, z, play);
    // KL(N(m, e^l) || N(0, 1)) = (m² + e^l − 1 − l)/2 a dimension.
    const Tensor kl = sample_sum(mean.square() + (saddle::expm1(log_variance) - log_variance)) / 2;
    return lane_mean(beta_ * kl - log_likelihood);
  }

 private:
  // Sums of log densities, constants included: [lane, batch].
  Tensor likelihood_of(const Tensor& x, const Tensor& z, Play& play) const {
    if (likelihood_ == "head")
      return play.parts().head->log_likelihood(play.params(Kind::head), play.generate_raw_for(z, x), x);
    if (likelihood_ == "bernoulli") return bernoulli(x, play.generate_raw_for(z, x).reshape(x.sizes()));
    return gaussian(x, play.generate(z));
  }

  Tensor gaussian(const Tensor& x, const Tensor& mean) const {
    const double dimensions = static_cast<double>(x.numel() / (x.size(0) * x.size(1)));
    const Tensor constant = (std_.values().log() + portable::log(2 * std::numbers::pi) / 2) * dimensions;
    return -sample_sum(((x - mean) / std_).square()) / 2 - constant.unsqueeze(1);
  }

  static Tensor bernoulli(const Tensor& x, const Tensor& logits) {
    return sample_sum(x * logits - saddle::softplus(logits));
  }

  std::string likelihood_, input_;
  LaneReal beta_, std_;
};
}  // namespace

SADDLE_PLUGIN(Vae, "vae")
