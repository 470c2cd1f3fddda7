#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Conv1dGenerator final : public Generator, public nn::SequenceBlockParameters {
 public:
  static void describe(Schema<Conv1dGenerator>& s) {
    s.summary(
         "Generator of sequences, [position, letter] or [position]: a linear map of the latents to channels "
         "at every position, blocks of convolutions, and a linear map of the channels to letters.")
        .cites(
            "Killoran et al. 2017 and Gulrajani et al. 2017, whose blocks, residual and of two convolutions, "
            "are the defaults");
    describe_blocks(s);
    s.param("doublings", &Conv1dGenerator::doublings_, {.initial = 0, .range = between(0, 30)},
            "Before so many of the first blocks every position becomes two: the length is divisible by 2 "
            "that often.");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (output.size() > 2)
      throw ParamError("use",
                       "conv1d makes sequences, [position, letter] or [position], and the output has " +
                           std::to_string(output.size()) + " axes: dcgan makes images, mlp makes anything");
    const int64_t length = output[0], letters = output.size() == 2 ? output[1] : 1;
    check_scalings("doublings", doublings_, length);
    output_ = output;
    first_.declare(d, "first", numel(latent), (length >> doublings_) * channels(), Activation::identity,
                   init());
    stack_ = declare_blocks(d);
    last_.declare(d, "last", channels(), letters, Window(), init());
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    const int64_t lanes = latents.size(0), batch = latents.size(1);
    Tensor h = first_(p, latents.flatten(2)).view({lanes, batch, 1, -1, channels()});
    for (size_t i = 0; i < stack_.size(); ++i) {
      if (static_cast<int64_t>(i) < doublings_) h = upsample_nearest(h, {1, 2});
      h = stack_[i](p, h);
    }
    h = last_(p, h).squeeze(2);
    return output_.size() == 2 ? h : h.squeeze(3);
  }

 private:
  int64_t doublings_{};
  Shape output_;
  nn::Linear first_;
  std::vector<nn::ConvolutionBlock> stack_;
  nn::Convolution last_;
};
}  // namespace

SADDLE_PLUGIN(Conv1dGenerator, "conv1d")
