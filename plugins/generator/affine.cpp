#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <cmath>
#include <numbers>

namespace {
using namespace saddle;

class Affine final : public Generator {
 public:
  static void describe(Schema<Affine>& s) {
    s.summary("output = location + scale · latent, one latent a dimension.");
    s.param("location", &Affine::first_location_, {.initial = 0.0}, "Where every location starts.");
    s.param("scale", &Affine::first_scale_, {.initial = 1.0}, "Where every scale starts.");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (numel(latent) != numel(output))
      throw ParamError("use", "affine needs one latent a dimension: the prior has " +
                                  std::to_string(numel(latent)) + ", the output " +
                                  std::to_string(numel(output)));
    output_ = output;
    location_ = d.param("location", output, Init::constant(first_location_));
    scale_ = d.param("scale", output, Init::constant(first_scale_));
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    Shape shape(latents.sizes().begin(), latents.sizes().begin() + 2);
    shape.insert(shape.end(), output_.begin(), output_.end());
    return p[location_].unsqueeze(1) + p[scale_].unsqueeze(1) * latents.reshape(shape);
  }

  bool has_density() const override { return true; }
  Tensor log_density(const Params& p, const Tensor& outputs) const override {
    const Tensor location = p[location_].unsqueeze(1), scale = p[scale_].unsqueeze(1);
    const Tensor latents = (outputs - location) / scale;
    return -sample_sum(latents.square() / 2 + scale.abs().log() + portable::log(2 * std::numbers::pi) / 2);
  }

 private:
  double first_location_ = 0, first_scale_ = 1;
  Shape output_;
  ParamRef location_, scale_;
};
}  // namespace

SADDLE_PLUGIN(Affine, "affine")
