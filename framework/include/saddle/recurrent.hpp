// Recurrent layers.
#pragma once
#include <saddle/nn.hpp>

namespace saddle::nn {

/// Gated recurrent unit (Cho et al. 2014), in the form of PyTorch's GRUCell: h' = (1 − z)·n + z·h with
/// r, z = sigmoid(x·W + b + h·U + c), n = tanh(x·W + b + r·(h·U + c)). Weights and biases start uniform
/// within ±1/√width.
class SADDLE_API GruCell {
 public:
  void declare(Declare& d, const std::string& name, int64_t in, int64_t width);
  /// x [lane, batch, in], h [lane, batch, width] -> [lane, batch, width]
  Tensor operator()(const Params& p, const Tensor& x, const Tensor& h) const;

 private:
  ParamRef input_weight_, input_bias_;    // [in, 3·width], [3·width]: r, z, n side by side
  ParamRef hidden_weight_, hidden_bias_;  // [width, 3·width], [3·width]
};

}  // namespace saddle::nn
