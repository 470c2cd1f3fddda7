#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Conv1dCritic final : public Critic, public nn::SequenceBlockParameters {
 public:
  static void describe(Schema<Conv1dCritic>& s) {
    s.summary(
         "Critic of sequences, [position, letter] or [position]: a linear map of the letters to channels, "
         "blocks of convolutions, and a linear map of all channels to the score.")
        .cites(
            "Killoran et al. 2017 and Gulrajani et al. 2017, whose blocks, residual and of two convolutions, "
            "are the defaults");
    describe_blocks(s);
    s.param("halvings", &Conv1dCritic::halvings_, {.initial = 0, .range = between(0, 30)},
            "After so many of the last blocks two positions become their mean: the length is divisible by 2 "
            "that often.");
  }

  void declare(Declare& d, const Shape& sample) override {
    if (sample.size() > 2)
      throw ParamError("use",
                       "conv1d scores sequences, [position, letter] or [position], and the samples have " +
                           std::to_string(sample.size()) + " axes: dcgan scores images, mlp scores anything");
    const int64_t length = sample[0];
    check_scalings("halvings", halvings_, length);
    letters_ = sample.size() == 2 ? sample[1] : 1;
    first_.declare(d, "first", letters_, channels(), Window(), init());
    stack_ = declare_blocks(d);
    last_.declare(d, "last", (length >> halvings_) * channels(), 1, Activation::identity, init());
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
  int64_t halvings_{}, letters_ = 1;
  nn::Convolution first_;
  std::vector<nn::ConvolutionBlock> stack_;
  nn::Linear last_;
};
}  // namespace

SADDLE_PLUGIN(Conv1dCritic, "conv1d")
