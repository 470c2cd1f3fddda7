#include <saddle/error.hpp>
#include <saddle/layers.hpp>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <bit>

#include "normalise.hpp"

namespace saddle::nn {

const std::vector<std::string>& norm_names() {
  static const std::vector<std::string> names{"none", "batch", "layer"};
  return names;
}

Norm norm_named(const std::string& name) {
  const auto& names = norm_names();
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Norm>(i);
  throw ParamError("norm", "'" + name + "' is no normalisation");
}

void Normalisation::declare(Declare& d, const std::string& name, int64_t channels,
                            const NormSettings& settings) {
  settings_ = settings;
  if (settings.norm == Norm::none) return;
  scale_ = d.param(name + ".scale", {channels}, Init::ones());
  shift_ = d.param(name + ".shift", {channels}, Init::zeros());
  if (settings.norm != Norm::batch) return;
  mean_ = d.state(name + ".mean", {channels}, Init::zeros());
  variance_ = d.state(name + ".variance", {channels}, Init::ones());
}

Tensor Normalisation::operator()(const Params& p, const Tensor& x) const {
  if (settings_.norm == Norm::none) return x;
  const int64_t lanes = x.size(0), batch = x.size(1), channels = x.size(-1);
  const Tensor rows = x.reshape({lanes, -1, channels});
  const int64_t rows_of_sample = batch == 0 ? 1 : rows.size(1) / batch;
  if (settings_.norm == Norm::batch && !p.training()) {
    const Tensor factor = (p[variance_] + settings_.epsilon).sqrt().reciprocal() * p[scale_];
    return add_to_rows(multiply_rows(add_to_rows(rows, -p[mean_]), factor), p[shift_]).view(x.sizes());
  }
  const Statistics whose = settings_.norm == Norm::batch ? Statistics::columns : Statistics::samples;
  const auto [y, mean, variance] =
      normalise(rows, p[scale_], p[shift_], whose, rows_of_sample, settings_.epsilon);
  if (settings_.norm == Norm::batch) {
    const at::NoGradGuard no_grad;
    const auto count = static_cast<double>(rows.size(1));
    const double m = settings_.momentum, unbiased = m * (count > 1 ? count / (count - 1) : 1);
    p.store(mean_, p[mean_] * (1 - m) + mean * m);
    p.store(variance_, p[variance_] * (1 - m) + variance * unbiased);
  }
  return y.view(x.sizes());
}

namespace {

// Biases start as PyTorch's do with its weights, otherwise at zero.
ParamRef declare_bias(Declare& d, const std::string& name, int64_t out, WeightInit init, double inputs) {
  return d.param(name + ".bias", {out},
                 init == WeightInit::fan_in ? weight_start(init, inputs, 1) : Init::zeros());
}

Tensor with_bias(const Params& p, const Tensor& x, ParamRef bias) {
  if (bias.index < 0) return x;
  return add_to_rows(x.flatten(1, 3), p[bias]).view(x.sizes());
}

}  // namespace

void Convolution::declare(Declare& d, const std::string& name, int64_t in, int64_t out, const Window& window,
                          WeightInit init, bool bias) {
  window_ = window;
  const int64_t taps = window.kernel[0] * window.kernel[1];
  const auto inputs = static_cast<double>(taps * in), outputs = static_cast<double>(taps * out);
  weight_ = d.param(name + ".weight", {taps * in, out}, weight_start(init, inputs, outputs));
  if (bias) bias_ = declare_bias(d, name, out, init, inputs);
}

Tensor Convolution::operator()(const Params& p, const Tensor& x) const {
  return with_bias(p, convolve(x, p[weight_], window_), bias_);
}

void TransposedConvolution::declare(Declare& d, const std::string& name, int64_t in, int64_t out,
                                    const Window& window, const Extent& size, WeightInit init, bool bias) {
  window_ = window;
  size_ = size;
  const int64_t taps = window.kernel[0] * window.kernel[1], strides = window.stride[0] * window.stride[1];
  const double inputs = static_cast<double>(taps * in) / static_cast<double>(strides),
               outputs = static_cast<double>(taps * out);
  weight_ = d.param(name + ".weight", {taps * out, in}, weight_start(init, inputs, outputs));
  if (bias) bias_ = declare_bias(d, name, out, init, inputs);
}

Tensor TransposedConvolution::operator()(const Params& p, const Tensor& x) const {
  return with_bias(p, convolve_transposed(x, p[weight_], window_, size_), bias_);
}

void ConvolutionBlock::declare(Declare& d, const std::string& name, const Settings& settings) {
  settings_ = settings;
  const size_t count = settings.residual ? 2 : 1;
  convolutions_.assign(count, {});
  norms_.assign(count, {});
  const bool followed_by_batch_norm = settings.norm.norm == Norm::batch;
  for (size_t i = 0; i < count; ++i) {
    const std::string part = name + "." + std::to_string(i);
    // A residual block's last convolution is followed by a sum.
    const bool bias = !followed_by_batch_norm || (settings.residual && i + 1 == count);
    norms_[i].declare(d, part + ".norm", settings.channels, settings.norm);
    convolutions_[i].declare(d, part, settings.channels, settings.channels, settings.window, settings.init,
                             bias);
  }
}

Tensor ConvolutionBlock::operator()(const Params& p, const Tensor& x) const {
  if (!settings_.residual) return activate(norms_[0](p, convolutions_[0](p, x)), settings_.activation);
  Tensor h = x;
  for (size_t i = 0; i < convolutions_.size(); ++i)
    h = convolutions_[i](p, activate(norms_[i](p, h), settings_.activation));
  return x + settings_.scale * h;
}

std::vector<Extent> halved_sizes(const Window& halving, const Extent& whole, size_t widths) {
  std::vector<Extent> sizes{whole};
  while (sizes.size() <= widths) {
    const Extent half = halving.places(sizes.back());
    const size_t done = sizes.size() - 1;
    if (half[0] == 0 || half[1] == 0)
      throw ParamError(
          "widths", "an image of " + std::to_string(whole[0]) + " × " + std::to_string(whole[1]) +
                        " can be halved only " + std::to_string(done) + (done == 1 ? " time" : " times") +
                        ", and `widths` has " + std::to_string(widths) +
                        (done == 0 ? ": take" : ": take fewer, or") + " an odd kernel, by which 1 stays 1");
    sizes.push_back(half);
  }
  return sizes;
}

void SequenceBlockParameters::check_scalings(const std::string& name, int64_t count, int64_t length) const {
  const std::string given = "`" + name + ": " + std::to_string(count) + "` takes ";
  if (count > blocks_)
    throw ParamError(name, given + "at least as many blocks, and `blocks` is " + std::to_string(blocks_));
  const int64_t divisor = int64_t{1} << count;
  if (length % divisor != 0)
    throw ParamError(name, given + "a length that " + std::to_string(divisor) + " divides, and this one is " +
                               std::to_string(length) + ": at most " +
                               std::to_string(std::countr_zero(static_cast<uint64_t>(length))) + " fits");
}

}  // namespace saddle::nn
