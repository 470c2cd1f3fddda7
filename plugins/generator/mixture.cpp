#include <saddle/plugin.hpp>

#include <cmath>

namespace {
using namespace saddle;

class Mixture final : public Generator {
 public:
  static void describe(Schema<Mixture>& s) {
    s.summary(
         "Several fully connected generators, of which one is drawn for each sample: separated modes need no "
         "bridge between them.")
        .cites("Hoang et al. 2018 (MGAN: equal weights, shared layers)")
        .cites("Jang, Gu & Poole 2017 (the choice)");
    s.param("components", &Mixture::components_, {.initial = 4, .range = at_least(2)},
            "How many generators.");
    s.param("widths", &Mixture::widths_, {.initial = Integers{64, 64}, .range = at_least(1)},
            "Widths of each one's hidden layers, input side first; [] for affine maps.");
    s.param("activation", &Mixture::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &Mixture::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    s.param("share", &Mixture::share_, {.initial = "none", .choices = {"none", "all_but_first"}},
            "Which layers they have in common; all_but_first as in MGAN.");
    s.param("weights", &Mixture::weights_, {.initial = Reals{}, .range = at_least(0)},
            "Their probabilities, one number each, in proportion; [] for equal ones.");
    s.param("learned", &Mixture::learned_, {.initial = true},
            "Whether the probabilities are trained, from `weights` on, or stay.");
    s.param(
        "gradient", &Mixture::gradient_,
        {.initial = "straight_through",
         .choices = {"straight_through", "relaxed"},
         .only_when = OnlyWhen{"learned", {"true"}}},
        "Of the choice in training. straight_through: one generator's output, with the relaxed choice's "
        "slope, "
        "biased; relaxed: a blend of all, exact, but of samples that lie between the generators'. Measured "
        "are samples of one.");
    s.param("temperature", &Mixture::temperature_,
            {.initial = 1.0, .range = above(0), .only_when = OnlyWhen{"learned", {"true"}}},
            "Of the relaxed choice; times what `train.temperature_schedule` says.");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    check_weights();
    output_ = output;
    const Activation activation = activation_named(activation_);
    const nn::WeightInit init = nn::weight_init_named(init_);
    const bool shares = share_ == "all_but_first";
    if (shares && widths_.empty())
      throw ParamError("widths", "with share: all_but_first there must be a layer after the first");
    if (learned_) shifts_ = d.param("log_weights", {components_}, Init::zeros());
    first_.assign(shares ? static_cast<size_t>(components_) : 0, {});
    nets_.assign(shares ? 1 : static_cast<size_t>(components_), {});
    for (size_t i = 0; i < first_.size(); ++i)
      first_[i].declare(d, "first." + std::to_string(i), numel(latent), widths_[0], activation, init);
    const int64_t in = shares ? widths_[0] : numel(latent);
    const Integers widths(widths_.begin() + (shares ? 1 : 0), widths_.end());
    for (size_t i = 0; i < nets_.size(); ++i)
      nets_[i].declare(d, shares ? "shared" : "mlp." + std::to_string(i), in, widths, numel(output),
                       activation, init);
  }

  Tensor draw(const Params& p, const Tensor& latents, const Draws& draws) const override {
    const Tensor choice = chosen(p, draws.random("component").gumbel({latents.size(1), components_}));
    Tensor sum;
    for (int64_t i = 0; i < components_; ++i) {
      const Tensor part = output_of(static_cast<size_t>(i), p, latents) * choice.narrow(2, i, 1);
      sum = sum.defined() ? sum + part : part;
    }
    return output_.size() == 1 ? sum : sum.unflatten(2, output_);
  }

  bool has_temperature() const override { return learned_; }
  bool has_exact_gradient() const override { return !learned_ || gradient_ == "relaxed"; }
  std::string inexact_second_derivatives() const override {
    return has_exact_gradient() ? "" : "are those of relaxed choices in place of the hard ones";
  }

 private:
  void check_weights() const {
    if (weights_.empty()) return;
    if (static_cast<int64_t>(weights_.size()) != components_)
      throw ParamError("weights", std::to_string(weights_.size()) + " weights for " +
                                      std::to_string(components_) + " components");
    double sum = 0;
    for (const double weight : weights_) sum += weight;
    if (!(sum > 0) || !std::isfinite(sum))
      throw ParamError("weights", "the weights have no finite, positive sum");
    for (const double weight : weights_)
      if (learned_ && weight == 0)
        throw ParamError("weights", "a trained weight that starts at 0 stays there; learned: false keeps it");
  }

  /// Who makes each sample, by the largest of log weights and noise: [lane, batch, component], one-hot but
  /// for relaxed ones.
  Tensor chosen(const Params& p, Tensor noisy) const {
    if (!weights_.empty()) noisy = noisy + at::tensor(weights_, noisy.options()).log();
    if (learned_) noisy = noisy + p[shifts_].unsqueeze(1);
    const Tensor hard = at::zeros_like(noisy).scatter(-1, noisy.argmax(-1, true), 1.0).detach();
    if (!learned_ || !p.training()) return hard;
    const Tensor soft = at::softmax(noisy / p.temperature(temperature_), -1);
    return gradient_ == "relaxed" ? soft : hard + (soft - soft.detach());
  }

  Tensor output_of(size_t i, const Params& p, const Tensor& latents) const {
    if (first_.empty()) return nets_[i](p, latents);
    return nets_[0](p, first_[i](p, latents.flatten(2)));
  }

  int64_t components_ = 0;
  Integers widths_;
  std::string activation_, init_, share_, gradient_;
  Reals weights_;
  bool learned_ = true;
  LaneReal temperature_;
  Shape output_;
  ParamRef shifts_;
  std::vector<nn::Linear> first_;
  std::vector<nn::Mlp> nets_;
};
}  // namespace

SADDLE_PLUGIN(Mixture, "mixture")
