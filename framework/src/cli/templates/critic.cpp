#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Critic {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("A fully connected network that sees every number of a sample and its square.");
    s.param("widths", &NewPlugin::widths_, {.initial = Integers{64, 64}, .range = at_least(1)},
            "Hidden layers.");
  }
  void declare(Declare& d, const Shape& sample) override {
    net_.declare(d, "net", 2 * numel(sample), widths_, 1, Activation::leaky_relu);
  }
  Tensor forward(const Params& p, const Tensor& samples) const override {
    const Tensor x = samples.flatten(2);
    return net_(p, at::cat({x, x.square()}, 2)).squeeze(2);
  }

 private:
  Integers widths_;
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
