#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Gru final : public Generator {
 public:
  static void describe(Schema<Gru>& s) {
    s.summary(
         "Autoregressive: gated recurrent units make a sample position by position along its first axis, and "
         "what "
         "the head makes of each goes in at the next. With the head gumbel_softmax these are symbols, "
         "relaxed or "
         "hard in training as the head says, at its temperature, and hard when measured.")
        .cites("Cho et al. 2014 (the unit)")
        .cites("Kusner & Hernández-Lobato 2016");
    s.param(
        "widths", &Gru::widths_, {.initial = Integers{64}, .range = at_least(1)},
        "Widths of the layers' hidden states, input side first. They start as tanh of an affine map of the "
        "latents.");
    s.param("latents", &Gru::latents_, {.initial = "start", .choices = {"start", "every_position"}},
            "Where latents enter: the hidden states' start alone, or the input of every position too.");
    s.param(
        "feedback", &Gru::feedback_, {.initial = "samples", .choices = {"samples", "raw"}},
        "What goes in at the next position, after zeros at the first. samples: what the head has made; raw: "
        "the raw output, which every head goes with, though the head's draws are then unknown to what "
        "follows.");
  }

  void declare(Declare& d, const Shape& latent, const Shape& output) override {
    if (widths_.empty()) throw ParamError("widths", "there must be a layer");
    part_ = Shape(output.begin(), output.end());
    part_[0] = 1;
    positions_ = output[0];
    const int64_t letters = numel(part_);
    int64_t states = 0, in = letters + (latents_ == "start" ? 0 : numel(latent));
    for (const int64_t width : widths_) states += width;
    start_.declare(d, "start", numel(latent), states, Activation::tanh);
    cells_.assign(widths_.size(), {});
    for (size_t i = 0; i < cells_.size(); ++i) {
      cells_[i].declare(d, "gru." + std::to_string(i), in, widths_[i]);
      in = widths_[i];
    }
    output_.declare(d, "output", in, letters);
  }

  Tensor draw(const Params& p, const Tensor& latents, const Draws& draws) const override {
    const Tensor z = latents.flatten(2);
    std::vector<Tensor> states = start_(p, z).split_with_sizes(widths_, 2), parts;
    Tensor fed = at::zeros({z.size(0), z.size(1), numel(part_)}, z.options());
    for (int64_t position = 0; position < positions_; ++position) {
      Tensor h = latents_ == "start" ? fed : at::cat({fed, z}, 2);
      for (size_t i = 0; i < cells_.size(); ++i) h = states[i] = cells_[i](p, h, states[i]);
      parts.push_back(output_(p, h).unflatten(2, part_));
      fed = (is_autoregressive() ? draws.emit(parts.back()) : parts.back()).flatten(2);
    }
    return at::cat(parts, 2);
  }

  bool is_autoregressive() const override { return feedback_ == "samples"; }

 private:
  Integers widths_;
  std::string latents_, feedback_;
  int64_t positions_ = 0;
  Shape part_;  // of one position
  nn::Linear start_, output_;
  std::vector<nn::GruCell> cells_;
};
}  // namespace

SADDLE_PLUGIN(Gru, "gru")
