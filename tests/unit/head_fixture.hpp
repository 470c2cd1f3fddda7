// How heads that draw are tested: samples of one lane, and their slopes.
#pragma once
#include <cmath>
#include <functional>

#include "game_fixture.hpp"

namespace saddle::testing {

constexpr int64_t draws_count = 1'000'000;

/// Samples of one lane in the given mode: raw [batch, raw…] -> [batch, feature…].
inline Tensor draw(const PluginObject& head, const Tensor& raw, Mode mode, uint64_t seed = 3) {
  Random random = stream({seed}, raw.scalar_type());
  return head.as<Head>().forward({{}, {}, mode}, raw.unsqueeze(0), random)[0];
}

inline Tensor repeated(std::vector<double> row, int64_t times = draws_count) {
  return at::tensor(row, at::kDouble).unsqueeze(0).repeat({times, 1});
}

inline double logit(double p) { return std::log(p / (1 - p)); }
inline double softplus_inverse(double y) { return std::log(std::expm1(y)); }

/// A count head that has seen samples of so many features.
inline PluginObject count_head(const char* name, const Settings& settings, const Shape& sample, Declare& d) {
  PluginObject object = make(Kind::head, name, settings);
  object.as<Head>().declare(d, sample);
  return object;
}

/// d mean f(x) / d raw of every draw: [batch, raw].
inline Tensor slopes(const PluginObject& head, const Tensor& raw,
                     const std::function<Tensor(const Tensor&)>& f) {
  const Tensor at_raw = raw.clone().requires_grad_();
  return gradients(f(draw(head, at_raw, Mode::training)).sum(), {at_raw})[0];
}

inline Tensor square(const Tensor& x) { return x.square(); }

}  // namespace saddle::testing
