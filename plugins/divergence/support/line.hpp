// Distances between two known distributions on the line. They are taken as masses at the nodes of the
// quadrature rule, so the results are exact for discrete distributions and differ by O(step²) from those of
// densities.
#pragma once
#include <ATen/ATen.h>
#include <saddle/divergence.hpp>

#include <limits>

namespace saddle {

/// Difference of the masses at the nodes: [lane, node].
inline Tensor mass_difference(const Densities& d) { return (d.log_real.exp() - d.log_fake.exp()) * d.weight; }

/// ln p/q, 0 where neither has mass: [lane, node].
inline Tensor log_ratio(const Densities& d) {
  return (d.log_real - d.log_fake)
      .nan_to_num(0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity());
}

/// ∫ pq/(p + q): ½ for equal distributions, 0 for those that do not meet. [lane]
inline Tensor shared_mass(const Densities& d) {
  return lane_sum(d.log_fake.exp() * saddle::sigmoid(log_ratio(d)) * d.weight);
}

/// ∫ g(F − G), with g ≥ 0, g(0) = 0 and element-wise. [lane]
template <class Function>
Tensor integral_of_cdf_difference(const Densities& d, Function&& g) {
  const int64_t steps = d.x.size(0) - 1;
  return lane_sum(g(mass_difference(d).cumsum(1).narrow(1, 0, steps)) * d.x.diff());
}

/// Wasserstein distance of order 1. [lane]
inline Tensor wasserstein_1(const Densities& d) {
  return integral_of_cdf_difference(d, [](const Tensor& x) { return x.abs(); });
}

/// ∫∫ kernel(x, y) d(F − G)(x) d(F − G)(y) by blocks of rows; kernel of [1, n] and [1, m] points gives [1, n,
/// m].
template <class Kernel>
Tensor quadratic_form(const Densities& d, Kernel&& kernel) {
  const Tensor mass = mass_difference(d), x = d.x.unsqueeze(0);
  constexpr int64_t block = 256;
  Tensor sum = at::zeros({mass.size(0)}, mass.options());
  for (int64_t begin = 0; begin < x.size(1); begin += block) {
    const int64_t rows = std::min(block, x.size(1) - begin);
    const Tensor k = kernel(x.narrow(1, begin, rows), x);
    const Tensor inner = saddle::matmul(mass.unsqueeze(0), k, false, true)[0];  // [lane, rows]
    sum = sum + lane_sum(inner * mass.narrow(1, begin, rows));
  }
  return sum;
}

}  // namespace saddle
