#include <saddle/recurrent.hpp>

#include <ATen/ATen.h>

#include <cmath>

namespace saddle::nn {

void GruCell::declare(Declare& d, const std::string& name, int64_t in, int64_t width) {
  const Init start = Init::uniform(1 / std::sqrt(static_cast<double>(width)));
  input_weight_ = d.param(name + ".input.weight", {in, 3 * width}, start);
  input_bias_ = d.param(name + ".input.bias", {3 * width}, start);
  hidden_weight_ = d.param(name + ".hidden.weight", {width, 3 * width}, start);
  hidden_bias_ = d.param(name + ".hidden.bias", {3 * width}, start);
}

Tensor GruCell::operator()(const Params& p, const Tensor& x, const Tensor& h) const {
  const int64_t width = h.size(2);
  const Tensor from_input = dense(x, p[input_weight_], p[input_bias_]),
               from_hidden = dense(h, p[hidden_weight_], p[hidden_bias_]);
  const Tensor gates =
      saddle::sigmoid(from_input.narrow(2, 0, 2 * width) + from_hidden.narrow(2, 0, 2 * width));
  const Tensor reset = gates.narrow(2, 0, width), update = gates.narrow(2, width, width);
  const Tensor fresh =
      (from_input.narrow(2, 2 * width, width) + reset * from_hidden.narrow(2, 2 * width, width)).tanh();
  return fresh + update * (h - fresh);
}

}  // namespace saddle::nn
