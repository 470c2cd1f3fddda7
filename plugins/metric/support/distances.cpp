#include "distances.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace saddle {
namespace {

constexpr int64_t elements_a_block = 1 << 18;  // 2 MB: stays in the second-level cache
constexpr int64_t most_dimensions_by_differences = 8;

/// y_transposed [d, m]: its inner loop runs over samples and is vectorised.
void by_differences(const double* x, const double* y_transposed, int64_t m, int64_t d, double* out) {
  std::fill(out, out + m, 0.0);
  for (int64_t k = 0; k < d; ++k) {
    const double at = x[k];
    const double* column = y_transposed + k * m;
    for (int64_t j = 0; j < m; ++j) out[j] += (at - column[j]) * (at - column[j]);
  }
}

}  // namespace

void distance_blocks(const Tensor& x, const Tensor& y, const std::function<void(int64_t, Tensor&)>& block) {
  const int64_t n = x.size(0), m = y.size(0), d = x.size(1);
  const int64_t most = std::max<int64_t>(1, elements_a_block / std::max<int64_t>(m, 1));
  const bool differences = d <= most_dimensions_by_differences;
  Tensor buffer = at::empty({std::min(most, n), m}, at::kDouble);
  // Distances do not change when both sets move, and numbers near 0 lose less in |x|² + |y|² − 2xy.
  const Tensor centre = differences ? at::zeros({1, d}, at::kDouble) : y.mean(0, true);
  const Tensor from = differences ? x : x - centre, to = differences ? y : y - centre;
  const Tensor to_transposed = to.t().contiguous(), to_squares = to.square().sum(1);
  const Tensor from_squares = differences ? Tensor() : from.square().sum(1, true);
  for (int64_t first = 0; first < n; first += most) {
    const int64_t rows = std::min(most, n - first);
    Tensor squared = buffer.narrow(0, 0, rows);
    if (differences) {
      for (int64_t i = 0; i < rows; ++i)
        by_differences(from.const_data_ptr<double>() + (first + i) * d,
                       to_transposed.const_data_ptr<double>(), m, d,
                       squared.mutable_data_ptr<double>() + i * m);
    } else {
      at::mm_out(squared, from.narrow(0, first, rows), to_transposed);
      squared.mul_(-2).add_(from_squares.narrow(0, first, rows)).add_(to_squares).clamp_min_(0);
    }
    block(first, squared);
  }
}

std::vector<double> squared_radii(const Tensor& x, int64_t k) {
  const int64_t n = x.size(0);
  std::vector<double> radii(static_cast<size_t>(n)), nearest(static_cast<size_t>(k));
  distance_blocks(x, x, [&](int64_t first, Tensor& squared) {
    auto* row = squared.mutable_data_ptr<double>();
    for (int64_t i = 0; i < squared.size(0); ++i, row += n) {
      row[first + i] = std::numeric_limits<double>::infinity();  // not its own neighbour
      std::fill(nearest.begin(), nearest.end(), std::numeric_limits<double>::infinity());
      for (int64_t j = 0; j < n; ++j) {
        if (!(row[j] < nearest.back())) continue;
        size_t place = nearest.size() - 1;
        for (; place > 0 && nearest[place - 1] > row[j]; --place) nearest[place] = nearest[place - 1];
        nearest[place] = row[j];
      }
      radii[static_cast<size_t>(first + i)] = nearest.back();
    }
  });
  return radii;
}

double median_distance(const Tensor& x) {
  const int64_t n = x.size(0);
  std::vector<double> pairs;
  pairs.reserve(static_cast<size_t>(n * (n - 1) / 2));
  distance_blocks(x, x, [&](int64_t first, Tensor& squared) {
    const auto* row = squared.const_data_ptr<double>();
    for (int64_t i = first; i < first + squared.size(0); ++i, row += n)
      pairs.insert(pairs.end(), row + i + 1, row + n);
  });
  if (pairs.empty()) return 0;
  const auto middle = pairs.begin() + static_cast<std::ptrdiff_t>(pairs.size() / 2);
  std::nth_element(pairs.begin(), middle, pairs.end());
  const double upper = std::sqrt(*middle);
  return pairs.size() % 2 == 1 ? upper : (std::sqrt(*std::max_element(pairs.begin(), middle)) + upper) / 2;
}

}  // namespace saddle
