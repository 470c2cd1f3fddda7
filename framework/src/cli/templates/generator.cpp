#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Generator {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("A linear map of the latents plus a fully connected network's output.");
    s.param("widths", &NewPlugin::widths_, {.initial = Integers{64, 64}, .range = at_least(1)},
            "Hidden layers.");
  }
  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    output_ = output;
    linear_.declare(d, "linear", numel(latent), numel(output));
    net_.declare(d, "net", numel(latent), widths_, numel(output), Activation::relu);
  }
  Tensor forward(const Params& p, const Tensor& latents) const override {
    return (linear_(p, latents.flatten(2)) + net_(p, latents)).unflatten(2, output_);
  }

 private:
  Integers widths_;
  Shape output_;
  nn::Linear linear_;
  nn::Mlp net_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
