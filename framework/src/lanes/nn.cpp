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

Init weight_start(WeightInit init, double fan_in, double fan_out) {
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

void Linear::declare(Declare& d, const std::string& name, int64_t in, int64_t out, Activation activation,
                     WeightInit init, bool bias) {
  activation_ = activation;
  const auto fan_in = static_cast<double>(in), fan_out = static_cast<double>(out);
  weight_ = d.param(name + ".weight", {in, out}, weight_start(init, fan_in, fan_out));
  if (bias)
    bias_ = d.param(name + ".bias", {out},
                    init == WeightInit::fan_in ? weight_start(init, fan_in, fan_out) : Init::zeros());
}

Tensor Linear::operator()(const Params& p, const Tensor& x) const {
  if (bias_.index < 0) return activate(saddle::matmul(x, p[weight_]), activation_);
  return dense(x, p[weight_], p[bias_], activation_);
}

void Mlp::declare(Declare& d, const std::string& name, int64_t in, const std::vector<int64_t>& widths,
                  int64_t out, Activation activation, WeightInit init, const NormSettings& norm) {
  const bool normalises = norm.norm != Norm::none;
  activation_ = activation;
  layers_.assign(widths.size() + 1, {});
  norms_.assign(normalises ? widths.size() : 0, {});
  for (size_t i = 0; i <= widths.size(); ++i) {
    const std::string layer = name + "." + std::to_string(i);
    const bool last = i == widths.size();
    layers_[i].declare(d, layer, in, last ? out : widths[i],
                       last || normalises ? Activation::identity : activation, init,
                       /*bias=*/last || norm.norm != Norm::batch);
    if (last) break;
    if (normalises) norms_[i].declare(d, layer + ".norm", widths[i], norm);
    in = widths[i];
  }
}

Tensor Mlp::operator()(const Params& p, const Tensor& x) const {
  Tensor h = x.dim() == 3 ? x : x.flatten(2);
  for (size_t i = 0; i < layers_.size(); ++i) {
    h = layers_[i](p, h);
    if (i < norms_.size()) h = activate(norms_[i](p, h), activation_);
  }
  return h;
}

}  // namespace saddle::nn
