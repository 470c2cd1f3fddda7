// Known distributions on the line, as divergences are asked about them.
#pragma once
#include <ATen/ATen.h>
#include <saddle/divergence.hpp>

#include <cmath>
#include <numbers>

namespace saddle::check {

struct Gaussian {
  double mean, std;
  Tensor log_density(const Tensor& x) const {
    return -((x - mean) / std).square() / 2 - std::log(std) - std::log(2 * std::numbers::pi) / 2;
  }
};

/// By the trapezoid rule: its error is rounding where the integrand is smooth, and O(step²) where it has a
/// kink.
inline Densities densities(const Gaussian& p, const Gaussian& q, int nodes_a_unit) {
  const double low = std::min(p.mean - 9 * p.std, q.mean - 9 * q.std);
  const double high = std::max(p.mean + 9 * p.std, q.mean + 9 * q.std);
  const Tensor x =
      at::linspace(low, high, static_cast<int64_t>((high - low) * nodes_a_unit) + 1, at::kDouble);
  return {x, at::full_like(x, (x[1] - x[0]).item<double>()), p.log_density(x).unsqueeze(0),
          q.log_density(x).unsqueeze(0)};
}

/// What is compared with N(0, 1).
constexpr Gaussian models[] = {{1, 1}, {2, 1}, {0, 2}, {1, 2}, {0.1, 1}, {3, 0.5}};

}  // namespace saddle::check
