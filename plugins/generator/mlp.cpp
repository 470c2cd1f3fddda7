#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class MlpGenerator final : public Generator, public nn::NormParameters {
 public:
  static void describe(Schema<MlpGenerator>& s) {
    s.summary("Fully connected generator.");
    s.param("widths", &MlpGenerator::widths_, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of the hidden layers, input side first; [] for an affine map.");
    s.param("activation", &MlpGenerator::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &MlpGenerator::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    output_ = output;
    net_.declare(d, "mlp", numel(latent), widths_, numel(output), activation_named(activation_),
                 nn::weight_init_named(init_), norm_settings());
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    const Tensor raw = net_(p, latents);
    return output_.size() == 1 ? raw : raw.unflatten(2, output_);
  }

 private:
  Integers widths_;
  std::string activation_, init_;
  Shape output_;
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(MlpGenerator, "mlp")
