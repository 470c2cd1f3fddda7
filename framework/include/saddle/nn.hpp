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
/// flattened.
class SADDLE_API Mlp {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, const std::vector<int64_t>& widths,
               int64_t out, Activation activation, WeightInit init = WeightInit::fan_in);
  Tensor operator()(const Params& p, const Tensor& x) const;

 private:
  std::vector<Linear> layers_;
};

}  // namespace saddle::nn
