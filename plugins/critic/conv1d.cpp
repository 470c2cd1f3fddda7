#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Conv1dCritic final : public Critic, public nn::NormParameters {
 public:
  static void describe(Schema<Conv1dCritic>& s) {
    s.summary(
         "Critic of sequences, [position, letter] or [position]: a linear map of the letters to channels, "
         "blocks of "
         "convolutions, and a linear map of all channels to the score.")
        .cites(
            "Killoran et al. 2017 and Gulrajani et al. 2017, whose blocks, residual and of two convolutions, "
            "are the defaults");
    s.param("channels", &Conv1dCritic::channels_, {.initial = 100, .range = at_least(1)},
            "Channels of every block.");
    s.param("blocks", &Conv1dCritic::blocks_, {.initial = 5, .range = at_least(0)}, "How many blocks.");
    s.param("kernel", &Conv1dCritic::kernel_, {.initial = 5, .range = at_least(1)},
            "Positions that a convolution sees.");
    s.param("halvings", &Conv1dCritic::halvings_, {.initial = 0, .range = between(0, 30)},
            "After so many of the last blocks two positions become their mean: the length is divisible by 2 "
            "that often.");
    s.param("residual", &Conv1dCritic::residual_, {.initial = true},
            "Whether a block is x + scale·f(x), f two convolutions after an activation each; otherwise it is "
            "a convolution and an activation.");
    s.param("residual_scale", &Conv1dCritic::residual_scale_,
            {.initial = 0.3, .only_when = OnlyWhen{"residual", {"true"}}}, "The scale of f.");
    s.param("padding", &Conv1dCritic::padding_, {.initial = "zero", .choices = {"zero", "circular"}},
            "What lies beyond the ends: zeros, or the other end.");
    s.param("activation", &Conv1dCritic::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the convolutions.");
    s.param("init", &Conv1dCritic::init_, {.initial = "fan_in", .choices = nn::weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    describe_norm(s, "none");
  }

  void declare(Declare& d, const Shape& sample) override {
    if (sample.size() > 2)
      throw ParamError("use",
                       "conv1d scores sequences, [position, letter] or [position], and the samples have " +
                           std::to_string(sample.size()) + " axes");
    if (halvings_ > blocks_)
      throw ParamError("halvings", std::to_string(halvings_) +
                                       " halvings come after as many blocks, and there are " +
                                       std::to_string(blocks_));
    const int64_t length = sample[0];
    if (length % (int64_t{1} << halvings_) != 0)
      throw ParamError("halvings", "a length of " + std::to_string(length) + " can't be halved " +
                                       std::to_string(halvings_) + " times");
    letters_ = sample.size() == 2 ? sample[1] : 1;
    const auto init = nn::weight_init_named(init_);
    first_.declare(d, "first", letters_, channels_, Window(), init);
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
    last_.declare(d, "last", (length >> halvings_) * channels_, 1, Activation::identity, init);
  }

  Tensor forward(const Params& p, const Tensor& samples) const override {
    Tensor h = first_(p, samples.reshape({samples.size(0), samples.size(1), 1, -1, letters_}));
    for (size_t i = 0; i < stack_.size(); ++i) {
      h = stack_[i](p, h);
      if (static_cast<int64_t>(stack_.size() - i) <= halvings_) h = average_pool(h, {1, 2});
    }
    return last_(p, h.flatten(2)).squeeze(2);
  }

  bool works_on_batch() const override { return normalises_over_batch(); }

 private:
  int64_t channels_{}, blocks_{}, kernel_{}, halvings_{}, letters_ = 1;
  bool residual_{};
  double residual_scale_{};
  std::string padding_, activation_, init_;
  nn::Convolution first_;
  std::vector<nn::ConvolutionBlock> stack_;
  nn::Linear last_;
};
}  // namespace

SADDLE_PLUGIN(Conv1dCritic, "conv1d")
