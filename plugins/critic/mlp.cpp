#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class MlpCritic final : public Critic, public nn::NormParameters {
 public:
  static void describe(Schema<MlpCritic>& s) {
    s.summary("Fully connected critic with one raw output.");
    s.param("widths", &MlpCritic::widths_, {.initial = Integers{128, 128}, .range = at_least(1)},
            "Widths of the hidden layers, input side first; [] for an affine critic.");
    s.param("activation", &MlpCritic::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &MlpCritic::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
  }

  void declare(Declare& d, const Shape& sample) override {
    net_.declare(d, "mlp", numel(sample), widths_, 1, activation_named(activation_),
                 nn::weight_init_named(init_), norm_settings());
  }

  Tensor forward(const Params& p, const Tensor& samples) const override {
    return net_(p, samples).squeeze(2);
  }

  bool works_on_batch() const override { return normalises_over_batch(); }

 private:
  Integers widths_;
  std::string activation_, init_;
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(MlpCritic, "mlp")
