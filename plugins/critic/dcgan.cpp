#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class DcganCritic final : public Critic, public nn::NormParameters {
 public:
  static void describe(Schema<DcganCritic>& s) {
    s.summary(
         "Critic of images, [height, width] or [channel, height, width]: convolutions that halve them, and a "
         "linear "
         "map of what is left to the score. No normalisation before the first activation.")
        .cites(
            "Radford, Metz & Chintala 2016, whose widths mirror the generator's; all scales of the "
            "normalisation start at 1");
    s.param("widths", &DcganCritic::widths_, {.initial = Integers{64, 128}, .range = at_least(1)},
            "Channels of the images after each halving, the largest image first.");
    s.param("kernel", &DcganCritic::kernel_, {.initial = 4, .range = at_least(2)},
            "Height and width of the kernels. Even ones halve n to ⌊n/2⌋, odd ones to ⌈n/2⌉.");
    s.param("activation", &DcganCritic::activation_, {.initial = "leaky_relu", .choices = activation_names()},
            "Activation of the hidden layers; leaky_relu has slope 0.2 below zero.");
    s.param("init", &DcganCritic::init_, {.initial = "normal_002", .choices = nn::weight_init_names()},
            "How weights start.");
    describe_norm(s, "batch");
  }

  void declare(Declare& d, const Shape& sample) override {
    if (sample.size() != 2 && sample.size() != 3)
      throw ParamError(
          "use", "dcgan scores images, [height, width] or [channel, height, width], and the samples have " +
                     std::to_string(sample.size()) + (sample.size() == 1 ? " axis" : " axes") +
                     ": mlp scores anything");
    if (widths_.empty()) throw ParamError("widths", "dcgan halves an image at least once");
    has_channels_ = sample.size() == 3;
    const Window window = Window::halving(kernel_);
    const Extent size =
        nn::halved_sizes(window, {sample[sample.size() - 2], sample[sample.size() - 1]}, widths_.size())
            .back();
    int64_t channels = has_channels_ ? sample[0] : 1;
    const auto init = nn::weight_init_named(init_);
    layers_.assign(widths_.size(), {});
    norms_.assign(widths_.size(), {});
    for (size_t i = 0; i < widths_.size(); ++i) {
      const std::string name = "layer." + std::to_string(i);
      layers_[i].declare(d, name, channels, widths_[i], window, init, i == 0 || !normalises_over_batch());
      if (i > 0) norms_[i].declare(d, name + ".norm", widths_[i], norm_settings());
      channels = widths_[i];
    }
    last_.declare(d, "last", size[0] * size[1] * channels, 1, Activation::identity, init);
  }

  Tensor forward(const Params& p, const Tensor& samples) const override {
    Tensor h = has_channels_ ? samples.permute({0, 1, 3, 4, 2}) : samples.unsqueeze(4);
    for (size_t i = 0; i < layers_.size(); ++i)
      h = activate(norms_[i](p, layers_[i](p, h)), activation_named(activation_));
    return last_(p, h.flatten(2)).squeeze(2);
  }

  bool works_on_batch() const override { return normalises_over_batch() && widths_.size() > 1; }

 private:
  Integers widths_;
  int64_t kernel_{};
  std::string activation_, init_;
  bool has_channels_ = false;
  std::vector<nn::Convolution> layers_;
  std::vector<nn::Normalisation> norms_;
  nn::Linear last_;
};
}  // namespace

SADDLE_PLUGIN(DcganCritic, "dcgan")
