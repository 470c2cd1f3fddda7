#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Conv1dGenerator final : public Generator, public nn::NormParameters {
 public:
  static void describe(Schema<Conv1dGenerator>& s) {
    s.summary(
         "Generator of sequences, [position, letter] or [position]: a linear map of the latents to channels "
         "at "
         "every position, blocks of convolutions, and a linear map of the channels to letters.")
        .cites(
            "Killoran et al. 2017 and Gulrajani et al. 2017, whose blocks, residual and of two convolutions, "
            "are the defaults");
    s.param("channels", &Conv1dGenerator::channels_, {.initial = 100, .range = at_least(1)},
            "Channels of every block.");
    s.param("blocks", &Conv1dGenerator::blocks_, {.initial = 5, .range = at_least(0)}, "How many blocks.");
    s.param("kernel", &Conv1dGenerator::kernel_, {.initial = 5, .range = at_least(1)},
            "Positions that a convolution sees.");
    s.param("doublings", &Conv1dGenerator::doublings_, {.initial = 0, .range = between(0, 30)},
            "Before so many of the first blocks every position becomes two: the length is divisible by 2 "
            "that often.");
    s.param("residual", &Conv1dGenerator::residual_, {.initial = true},
            "Whether a block is x + scale·f(x), f two convolutions after an activation each; otherwise it is "
            "a convolution and an activation.");
    s.param("residual_scale", &Conv1dGenerator::residual_scale_,
            {.initial = 0.3, .only_when = OnlyWhen{"residual", {"true"}}}, "The scale of f.");
    s.param("padding", &Conv1dGenerator::padding_, {.initial = "zero", .choices = {"zero", "circular"}},
            "What lies beyond the ends: zeros, or the other end.");
    s.param("activation", &Conv1dGenerator::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the convolutions.");
    s.param("init", &Conv1dGenerator::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (output.size() > 2)
      throw ParamError("use",
                       "conv1d makes sequences, [position, letter] or [position], and the output has " +
                           std::to_string(output.size()) + " axes");
    if (doublings_ > blocks_)
      throw ParamError("doublings", std::to_string(doublings_) +
                                        " doublings come before as many blocks, and there are " +
                                        std::to_string(blocks_));
    const int64_t length = output[0], letters = output.size() == 2 ? output[1] : 1;
    if (length % (int64_t{1} << doublings_) != 0)
      throw ParamError("doublings", "a length of " + std::to_string(length) + " is not doubled " +
                                        std::to_string(doublings_) + " times from a whole number");
    output_ = output;
    const auto init = nn::weight_init_named(init_);
    first_.declare(d, "first", numel(latent), (length >> doublings_) * channels_, Activation::identity, init);
    stack_.assign(static_cast<size_t>(blocks_), {});
    for (size_t i = 0; i < stack_.size(); ++i)
      stack_[i].declare(d, "block." + std::to_string(i),
                        {.channels = channels_,
                         .window = Window::same({1, kernel_}, padding_ == "circular"),
                         .activation = activation_named(activation_),
                         .init = init,
                         .norm = norm_settings(),
                         .residual = residual_,
                         .scale = residual_scale_});
    last_.declare(d, "last", channels_, letters, Window(), init);
  }

  Tensor forward(const Params& p, const Tensor& latents) const override {
    const int64_t lanes = latents.size(0), batch = latents.size(1);
    Tensor h = first_(p, latents.flatten(2)).view({lanes, batch, 1, -1, channels_});
    for (size_t i = 0; i < stack_.size(); ++i) {
      if (static_cast<int64_t>(i) < doublings_) h = upsample_nearest(h, {1, 2});
      h = stack_[i](p, h);
    }
    h = last_(p, h).squeeze(2);
    return output_.size() == 2 ? h : h.squeeze(3);
  }

 private:
  int64_t channels_{}, blocks_{}, kernel_{}, doublings_{};
  bool residual_{};
  double residual_scale_{};
  std::string padding_, activation_, init_;
  Shape output_;
  nn::Linear first_;
  std::vector<nn::ConvolutionBlock> stack_;
  nn::Convolution last_;
};
}  // namespace

SADDLE_PLUGIN(Conv1dGenerator, "conv1d")
