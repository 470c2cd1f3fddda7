#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Picky final : public Generator {
 public:
  static void describe(Schema<Picky>& s) {
    s.summary("Refuses odd widths, when it learns its shapes.");
    s.param("width", &Picky::width_, {.initial = 64, .range = at_least(1)}, "Width of the hidden layer.");
  }
  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (width_ % 2 != 0) throw ParamError("width", "must be even, " + std::to_string(width_) + " is odd");
    net_.declare(d, "net", numel(latent), {width_}, numel(output), Activation::relu);
    output_ = output;
  }
  Tensor forward(const Params& p, const Tensor& latents) const override { return net_(p, latents); }

 private:
  int64_t width_ = 0;
  nn::Mlp net_;
  Shape output_;
};
}  // namespace

SADDLE_PLUGIN(Picky, "picky")
