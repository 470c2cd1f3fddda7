// Layers of images and sequences, and normalisation. Samples lie channels last: [lane, batch, height, width,
// channel]; a sequence is an image of one row. As for everything in ops.hpp, a lane's result does not depend
// on the lanes beside it, and everything can be differentiated any number of times.
#pragma once
#include <saddle/nn.hpp>
#include <saddle/schema.hpp>

#include <array>
#include <string>
#include <vector>

namespace saddle {

/// Height and width, or one number for each.
using Extent = std::array<int64_t, 2>;

/// A window that moves over height and width.
struct SADDLE_API Window {
  Extent kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Extent before{0, 0}, after{0, 0};  ///< places beyond the edges that it reaches into
  bool circular = false;             ///< beyond an edge begins the other end; otherwise zeros

  /// How many places it takes on an image of this size: ⌊(size + before + after − reach) / stride⌋ + 1 with
  /// reach = dilation·(kernel − 1) + 1; 0 where it does not fit.
  Extent places(const Extent& size) const;
  /// As many places as the image has, at stride 1; an even kernel reaches further after than before.
  static Window same(const Extent& kernel, bool circular = false);
  /// Moves by two and halves an image: ⌊size/2⌋ places of an even kernel, ⌈size/2⌉ of an odd one.
  static Window halving(int64_t kernel);
};

/// Cross-correlation, as networks mean it by convolution: y[o, c] = Σ_{t, i} x[o·stride − before +
/// t·dilation, i] w[t, i, c]. x [lane, batch, height, width, in], w [lane, kernel·in, out], its rows in the
/// order (row of the kernel, column, channel) -> [lane, batch, places…, out].
SADDLE_API Tensor convolve(const Tensor& x, const Tensor& w, const Window& window);
/// Its adjoint by x, the transposed or fractionally strided convolution: y [lane, batch, places…, out] and
/// the same w -> [lane, batch, size…, in], where the window has those places on an image of `size`.
SADDLE_API Tensor convolve_transposed(const Tensor& y, const Tensor& w, const Window& window,
                                      const Extent& size);

/// Every pixel becomes a block of factor: [lane, batch, h, w, c] -> [lane, batch, h·factor, w·factor, c].
SADDLE_API Tensor upsample_nearest(const Tensor& x, const Extent& factor);
/// The mean of every block of factor, by which height and width are divisible.
SADDLE_API Tensor average_pool(const Tensor& x, const Extent& factor);

/// Sums of columns: [lane, row, column] -> [lane, column]. Summed in float64.
SADDLE_API Tensor column_sum(const Tensor& x);
/// v[column] added to every row, and every row multiplied by it: x [lane, row, column], v [lane, column].
SADDLE_API Tensor add_to_rows(const Tensor& x, const Tensor& v);
SADDLE_API Tensor multiply_rows(const Tensor& x, const Tensor& v);
/// v[row] added to every column, and every column multiplied by it: x [lane, row, column], v [lane, row].
SADDLE_API Tensor add_to_columns(const Tensor& x, const Tensor& v);
SADDLE_API Tensor multiply_columns(const Tensor& x, const Tensor& v);

namespace nn {

/// [lane, batch, height, width, in] -> [lane, batch, places…, out], plus a bias a channel.
class SADDLE_API Convolution {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, int64_t out, const Window& window,
               WeightInit = WeightInit::fan_in, bool bias = true);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  Window window_;
  ParamRef weight_, bias_;
};

/// Its adjoint: [lane, batch, places…, in] -> [lane, batch, size…, out]. `fan_in` and `he_normal` count the
/// inputs that reach an output on average, in·kernel/stride.
class SADDLE_API TransposedConvolution {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, int64_t out, const Window& window,
               const Extent& size, WeightInit = WeightInit::fan_in, bool bias = true);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  Window window_;
  Extent size_{};
  ParamRef weight_, bias_;
};

/// A convolution, normalised and activated; or the residual block of improved WGAN training, x + scale·f(x),
/// f being twice: normalised, activated, convolved. As many channels come out as go in, at every place.
class SADDLE_API ConvolutionBlock {
 public:
  struct Settings {
    int64_t channels = 1;
    Window window;  // as many places as the image has
    Activation activation = Activation::relu;
    WeightInit init = WeightInit::fan_in;
    NormSettings norm;
    bool residual = true;
    double scale = 1;
  };
  void declare(Declare& d, const std::string& name, const Settings& settings);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  Settings settings_;
  std::vector<Convolution> convolutions_;
  std::vector<Normalisation> norms_;
};

/// The parameters by which a plugin lets its user choose a normalisation: derive from it, and describe it
/// among the others.
class NormParameters {
 public:
  NormSettings norm_settings() const { return {norm_named(norm_), norm_momentum_, norm_epsilon_}; }

 protected:
  template <class T>
  static void describe_norm(Schema<T>& s, const std::string& initial) {
    s.param("norm", &T::norm_, {.initial = initial, .choices = norm_names()},
            "Normalisation before each activation: none; batch, by mean and variance of every channel over "
            "the batch, and over a running average of those when not training; or layer, over each sample.");
    s.param("norm_momentum", &T::norm_momentum_,
            {.initial = 0.1, .range = between(0, 1), .only_when = OnlyWhen{"norm", {"batch"}}},
            "Share of a batch in the running mean and variance.");
    s.param("norm_epsilon", &T::norm_epsilon_,
            {.initial = 1e-5, .range = above(0), .only_when = OnlyWhen{"norm", {"batch", "layer"}}},
            "Added to the variance.");
  }
  bool normalises_over_batch() const { return norm_named(norm_) == Norm::batch; }

 private:
  std::string norm_ = "none";
  double norm_momentum_ = 0.1, norm_epsilon_ = 1e-5;
};

/// Those of a stack of convolution blocks over sequences, images of one row.
class SequenceBlockParameters : public NormParameters {
 protected:
  template <class T>
  static void describe_blocks(Schema<T>& s) {
    s.param("channels", &T::channels_, {.initial = 100, .range = at_least(1)}, "Channels of every block.");
    s.param("blocks", &T::blocks_, {.initial = 5, .range = at_least(0)}, "How many blocks.");
    s.param("kernel", &T::kernel_, {.initial = 5, .range = at_least(1)},
            "Positions that a convolution sees.");
    s.param("residual", &T::residual_, {.initial = true},
            "Whether a block is x + scale·f(x), f two convolutions after an activation each; otherwise it is "
            "a convolution and an activation.");
    s.param("residual_scale", &T::residual_scale_,
            {.initial = 0.3, .only_when = OnlyWhen{"residual", {"true"}}}, "The scale of f.");
    s.param("padding", &T::padding_, {.initial = "zero", .choices = {"zero", "circular"}},
            "What lies beyond the ends: zeros, or the other end.");
    s.param("activation", &T::activation_, {.initial = "relu", .choices = activation_names()},
            "Activation of the convolutions.");
    s.param("init", &T::init_, {.initial = "fan_in", .choices = weight_init_names()},
            "How weights start; fan_in is uniform within ±1/√inputs, biases too.");
    NormParameters::describe_norm(s, "none");
  }
  int64_t channels() const { return channels_; }
  int64_t blocks() const { return blocks_; }
  WeightInit init() const { return weight_init_named(init_); }
  /// Throws ParamError unless there are blocks for so many doublings or halvings, whose parameter has that
  /// name, and 2 divides the length so often.
  SADDLE_API void check_scalings(const std::string& name, int64_t count, int64_t length) const;
  /// The blocks, their parameters named block.0, block.1, …
  std::vector<ConvolutionBlock> declare_blocks(Declare& d) const {
    std::vector<ConvolutionBlock> stack(static_cast<size_t>(blocks_));
    for (size_t i = 0; i < stack.size(); ++i)
      stack[i].declare(d, "block." + std::to_string(i),
                       {.channels = channels_,
                        .window = Window::same({1, kernel_}, padding_ == "circular"),
                        .activation = activation_named(activation_),
                        .init = init(),
                        .norm = norm_settings(),
                        .residual = residual_,
                        .scale = residual_scale_});
    return stack;
  }

 private:
  int64_t channels_{}, blocks_{}, kernel_{};
  bool residual_{};
  double residual_scale_{};
  std::string padding_, activation_, init_;
};

/// Sizes of an image that is halved once for each of so many widths, the largest first. Throws ParamError
/// about `widths` where nothing is left.
SADDLE_API std::vector<Extent> halved_sizes(const Window& halving, const Extent& whole, size_t widths);

}  // namespace nn
}  // namespace saddle
