// Layers for networks: each declares its parameters and is then a function of them.
#pragma once
#include <saddle/ops.hpp>
#include <saddle/params.hpp>

#include <string>
#include <vector>

namespace saddle::nn {

/// How weights start. `fan_in` is PyTorch's default: uniform within ±1/√inputs, biases too.
enum class WeightInit { fan_in, he_normal, xavier_uniform, orthogonal, normal_002 };
SADDLE_API WeightInit weight_init_named(const std::string& name);
SADDLE_API const std::vector<std::string>& weight_init_names();

/// The start of a weight that so many inputs reach and that reaches so many outputs.
SADDLE_API Init weight_start(WeightInit init, double inputs, double outputs);

/// What stands before an activation: nothing; batch normalisation (Ioffe & Szegedy 2015), which centres every
/// channel and divides it by its standard deviation over the batch; or layer normalisation (Ba, Kiros &
/// Hinton 2016), which does so with all numbers of each sample.
enum class Norm { none, batch, layer };
SADDLE_API Norm norm_named(const std::string& name);
SADDLE_API const std::vector<std::string>& norm_names();

struct NormSettings {
  Norm norm = Norm::none;
  double momentum = 0.1;  ///< share of a batch in the running mean and variance
  double epsilon = 1e-5;  ///< added to the variance
};

/// Normalisation, then a scale and a shift a channel that are trained: [lane, batch, …, channel], of any
/// rank. Batch normalisation keeps a running mean and variance (the unbiased one) as state, updates them
/// whenever it runs in training, and uses them otherwise.
class SADDLE_API Normalisation {
 public:
  void declare(Declare& d, const std::string& name, int64_t channels, const NormSettings& settings);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  NormSettings settings_;
  ParamRef scale_, shift_;
  StateRef mean_, variance_;
};

/// activation(x·W + b): [lane, batch, in] -> [lane, batch, out].
class SADDLE_API Linear {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, int64_t out,
               Activation = Activation::identity, WeightInit = WeightInit::fan_in, bool bias = true);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  ParamRef weight_, bias_;
  Activation activation_ = Activation::identity;
};

/// Linear layers with an activation between them: [lane, batch, in…] -> [lane, batch, out]. Samples are
/// flattened. Normalised, if at all, before each activation; batch normalisation leaves no use for a bias.
class SADDLE_API Mlp {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, const std::vector<int64_t>& widths,
               int64_t out, Activation activation, WeightInit init = WeightInit::fan_in,
               const NormSettings& norm = {});
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  std::vector<Linear> layers_;
  std::vector<Normalisation> norms_;  // of the hidden layers; empty without
  Activation activation_ = Activation::identity;
};

}  // namespace saddle::nn
