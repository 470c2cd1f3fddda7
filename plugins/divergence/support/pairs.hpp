// Distances between all pairs of samples.
#pragma once
#include <ATen/ATen.h>
#include <saddle/ops.hpp>

namespace saddle {

/// What the samples are moved by before distances are taken from matrix products, which lose digits far from
/// the origin: the real samples' mean. [lane, n, feature] -> [lane, 1, feature]
inline Tensor origin_of(const Tensor& real) {
  return sample_sum(real.transpose(1, 2)).unsqueeze(1) / real.size(1);
}

/// [lane, n, feature] and [lane, m, feature] -> [lane, n, m]
inline Tensor squared_distances(const Tensor& x, const Tensor& y) {
  // Term by term: see mmd's value().
  const Tensor norms_x = sample_sum(x * x).unsqueeze(2), norms_y = sample_sum(y * y).unsqueeze(1);
  const Tensor products = saddle::matmul(x, y, false, true);
  return (norms_x + norms_y - 2 * products).clamp_min(0);
}

/// Euclidean distances in float64, whatever the samples are: the root of a float32 difference of squares has
/// half of the digits near 0. What is 0 but for rounding is 0, and has gradient 0.
inline Tensor distances(const Tensor& x_any, const Tensor& y_any) {
  const Tensor x = x_any.to(at::kDouble), y = y_any.to(at::kDouble);
  const Tensor norms_x = sample_sum(x * x).unsqueeze(2), norms_y = sample_sum(y * y).unsqueeze(1);
  const Tensor norms = norms_x + norms_y, products = saddle::matmul(x, y, false, true);
  const Tensor squared = norms - 2 * products;
  const Tensor apart = squared > 1e-14 * norms;
  return at::where(apart, at::where(apart, squared, 1).sqrt(), 0);
}

}  // namespace saddle
