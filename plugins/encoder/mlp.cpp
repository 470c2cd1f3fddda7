#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class MlpEncoder final : public Encoder, public nn::NormParameters {
 public:
  static void describe(Schema<MlpEncoder>& s) {
    s.summary("Fully connected encoder.");
    s.param("widths", &MlpEncoder::widths_, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of the hidden layers, input side first; [] for an affine encoder.");
    s.param("activation", &MlpEncoder::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &MlpEncoder::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
  }

  void declare(Declare& d, const Shape& sample, int64_t outputs) override {
    net_.declare(d, "mlp", numel(sample), widths_, outputs, activation_named(activation_),
                 nn::weight_init_named(init_), norm_settings());
  }

  Tensor forward(const Params& p, const Tensor& samples) const override { return net_(p, samples); }

 private:
  Integers widths_;
  std::string activation_, init_;
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(MlpEncoder, "mlp")
