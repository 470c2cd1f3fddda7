#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class DcganGenerator final : public Generator, public nn::NormParameters {
 public:
  static void describe(Schema<DcganGenerator>& s) {
    s.summary(
         "Generator of images, [height, width] or [channel, height, width]: a linear map of the latents to a "
         "small "
         "image of many channels, and transposed convolutions that double it. Any size will do that can be "
         "halved "
         "as often, rounded: 28 comes from 14 from 7 from 3.")
        .cites(
            "Radford, Metz & Chintala 2016, whose widths are [1024, 512, 256, 128] for images of 64 × 64 and "
            "whose head is tanh; all scales of the normalisation start at 1");
    s.param("widths", &DcganGenerator::widths_, {.initial = Integers{128, 64}, .range = at_least(1)},
            "Channels of the images before each doubling, the smallest image first.");
    s.param("kernel", &DcganGenerator::kernel_, {.initial = 4, .range = at_least(2)},
            "Height and width of the kernels. Even ones halve n to ⌊n/2⌋, odd ones to ⌈n/2⌉.");
    s.param("activation", &DcganGenerator::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the hidden layers.");
    s.param("init", &DcganGenerator::init_, {.initial = "normal_002", .choices = nn::weight_init_names()},
            "How weights start.");
    describe_norm(s, "batch");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (output.size() != 2 && output.size() != 3)
      throw ParamError(
          "use", "dcgan makes images, [height, width] or [channel, height, width], and the output has " +
                     std::to_string(output.size()) + (output.size() == 1 ? " axis" : " axes") +
                     ": mlp makes anything");
    if (widths_.empty()) throw ParamError("widths", "dcgan doubles an image at least once");
    output_ = output;
    const int64_t channels = output.size() == 3 ? output[0] : 1;
    const Window window = Window::halving(kernel_);
    const std::vector<Extent> sizes =
        nn::halved_sizes(window, {output[output.size() - 2], output[output.size() - 1]}, widths_.size());
    first_size_ = sizes.back();
    const auto init = nn::weight_init_named(init_);
    const bool bias = !normalises_over_batch();
    first_.declare(d, "first", numel(latent), first_size_[0] * first_size_[1] * widths_[0],
                   Activation::identity, init, bias);
    norms_.assign(widths_.size(), {});
    layers_.assign(widths_.size(), {});
    for (size_t i = 0; i < widths_.size(); ++i) {
      const bool last = i + 1 == widths_.size();
      const std::string name = "layer." + std::to_string(i);
      norms_[i].declare(d, name + ".norm", widths_[i], norm_settings());
      layers_[i].declare(d, name, widths_[i], last ? channels : widths_[i + 1], window,
                         sizes[widths_.size() - 1 - i], init, last || bias);
    }
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    Tensor h = first_(p, latents.flatten(2))
                   .view({latents.size(0), latents.size(1), first_size_[0], first_size_[1], widths_[0]});
    for (size_t i = 0; i < layers_.size(); ++i)
      h = layers_[i](p, activate(norms_[i](p, h), activation_named(activation_)));
    return output_.size() == 3 ? h.permute({0, 1, 4, 2, 3}).contiguous() : h.squeeze(4);
  }

 private:
  Integers widths_;
  int64_t kernel_{};
  std::string activation_, init_;
  Shape output_;
  Extent first_size_{};
  nn::Linear first_;
  std::vector<nn::Normalisation> norms_;
  std::vector<nn::TransposedConvolution> layers_;
};
}  // namespace

SADDLE_PLUGIN(DcganGenerator, "dcgan")
