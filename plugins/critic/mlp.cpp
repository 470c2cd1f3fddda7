#include <saddle/plugin.hpp>

#include "support/batch_features.hpp"

namespace {
using namespace saddle;

class MlpCritic final : public Critic, public BatchFeatures, public nn::NormParameters {
 public:
  static void describe(Schema<MlpCritic>& s) {
    s.summary("Fully connected critic with one raw output.")
        .cites("Salimans et al. 2016 (minibatch discrimination)")
        .cites("Karras et al. 2018 (minibatch standard deviation)");
    s.param("widths", &MlpCritic::widths_, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of the hidden layers, input side first; [] for an affine critic.");
    s.param("activation", &MlpCritic::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &MlpCritic::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
    describe_batch_features(s);
  }

  void declare(Declare& d, const Shape& sample) override {
    const Activation activation = activation_named(activation_);
    const nn::WeightInit init = nn::weight_init_named(init_);
    const nn::NormSettings norm = norm_settings();
    const int64_t inputs = numel(sample) + statistics_count();
    if (!sees_batch()) return net_.declare(d, "mlp", inputs, widths_, 1, activation, init, norm);
    if (widths_.empty())
      throw ParamError("widths",
                       "minibatch features stand beside those of the last hidden layer: there is none");
    const int64_t last = widths_.back();
    net_.declare(d, "mlp", inputs, {widths_.begin(), widths_.end() - 1}, last, activation, init, norm);
    if (norm.norm != nn::Norm::none) last_norm_.declare(d, "last.norm", last, norm);
    const int64_t added = declare_minibatch(d, last);
    score_.declare(d, "score", last + added, 1, Activation::identity, init);
  }

  Tensor forward(const Params& p, const Tensor& samples) const override {
    Tensor h = net_(p, with_statistics(samples));
    if (!sees_batch()) return h.squeeze(2);
    if (norm_settings().norm != nn::Norm::none) h = last_norm_(p, h);
    return score_(p, with_minibatch(p, activate(h, activation_named(activation_)))).squeeze(2);
  }

  bool works_on_batch() const override { return sees_batch() || normalises_over_batch(); }

 private:
  Integers widths_;
  std::string activation_, init_;
  nn::Mlp net_;
  nn::Normalisation last_norm_;  // of the last hidden layer, where that sees the batch
  nn::Linear score_;
};
}  // namespace

SADDLE_PLUGIN(MlpCritic, "mlp")
