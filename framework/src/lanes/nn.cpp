#include <saddle/error.hpp>
#include <saddle/nn.hpp>

#include <ATen/ATen.h>

#include <cmath>

namespace saddle::nn {

const std::vector<std::string>& weight_init_names() {
  static const std::vector<std::string> names{"fan_in", "he_normal", "xavier_uniform", "orthogonal",
                                              "normal_002"};
  return names;
}

WeightInit weight_init_named(const std::string& name) {
  const auto& names = weight_init_names();
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<WeightInit>(i);
  throw ParamError("init", "'" + name + "' is no way to initialise weights");
}

namespace {

Init weights(WeightInit init, int64_t in, int64_t out) {
  const auto fan_in = static_cast<double>(in), fan_out = static_cast<double>(out);
  switch (init) {
    case WeightInit::fan_in:
      return Init::uniform(1 / std::sqrt(fan_in));
    case WeightInit::he_normal:
      return Init::normal(std::sqrt(2 / fan_in));
    case WeightInit::xavier_uniform:
      return Init::uniform(std::sqrt(6 / (fan_in + fan_out)));
    case WeightInit::orthogonal:
      return Init::orthogonal();
    case WeightInit::normal_002:
      return Init::normal(0.02);
  }
  return Init::zeros();
}

}  // namespace

void Linear::declare(Declare& d, const std::string& name, int64_t in, int64_t out, Activation activation,
                     WeightInit init, bool bias) {
  activation_ = activation;
  weight_ = d.param(name + ".weight", {in, out}, weights(init, in, out));
  if (bias)
    bias_ = d.param(
        name + ".bias", {out},
        init == WeightInit::fan_in ? Init::uniform(1 / std::sqrt(static_cast<double>(in))) : Init::zeros());
}

Tensor Linear::operator()(const Params& p, const Tensor& x) const {
  if (bias_.index < 0) return activate(saddle::matmul(x, p[weight_]), activation_);
  return dense(x, p[weight_], p[bias_], activation_);
}

void Mlp::declare(Declare& d, const std::string& name, int64_t in, const std::vector<int64_t>& widths,
                  int64_t out, Activation activation, WeightInit init) {
  layers_.assign(widths.size() + 1, {});
  for (size_t i = 0; i <= widths.size(); ++i) {
    const bool last = i == widths.size();
    layers_[i].declare(d, name + "." + std::to_string(i), in, last ? out : widths[i],
                       last ? Activation::identity : activation, init);
    if (!last) in = widths[i];
  }
}

Tensor Mlp::operator()(const Params& p, const Tensor& x) const {
  Tensor h = x.dim() == 3 ? x : x.flatten(2);
  for (const Linear& layer : layers_) h = layer(p, h);
  return h;
}

}  // namespace saddle::nn
