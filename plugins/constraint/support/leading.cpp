#include "leading.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace saddle {
namespace {

// Calls f(lane, its numbers) for a copy of x in float64, and gives the copy back as x was.
template <class F>
Tensor lane_by_lane(const Tensor& x, F f) {
  Tensor copy = x.detach().to(at::kCPU, at::kDouble).clone(at::MemoryFormat::Contiguous);
  const int64_t n = copy.numel() / copy.size(0);
  for (int64_t lane = 0; lane < copy.size(0); ++lane) f(lane, copy.mutable_data_ptr<double>() + lane * n);
  return copy.to(x.options());
}

double dot(const double* a, const double* b, int64_t n) { return std::inner_product(a, a + n, b, 0.0); }

// Makes x orthogonal to the rows before it and of length 1; false if little of it is left.
bool normalise(double* x, const double* rows, int64_t count, int64_t n) {
  constexpr double little = 1e-5;  // above what rounding in float32 leaves of nothing
  const double before = std::sqrt(dot(x, x, n));
  for (int pass = 0; pass < 2; ++pass)  // the second takes out what the first rounded
    for (int64_t j = 0; j < count; ++j) {
      const double along = dot(x, rows + j * n, n);
      for (int64_t i = 0; i < n; ++i) x[i] -= along * rows[j * n + i];
    }
  const double length = std::sqrt(dot(x, x, n));
  if (!(length > little * before)) return false;
  for (int64_t i = 0; i < n; ++i) x[i] /= length;
  return true;
}

// Jacobi's rotations: a becomes diagonal, the rows of v its eigenvectors.
void diagonalise(double* a, double* v, int64_t k) {
  for (int64_t i = 0; i < k * k; ++i) v[i] = i % (k + 1) == 0;
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0, all = 0;
    for (int64_t i = 0; i < k * k; ++i) (i % (k + 1) == 0 ? all : off) += a[i] * a[i];
    if (!(off > 1e-30 * all)) return;
    for (int64_t p = 0; p < k; ++p)
      for (int64_t q = p + 1; q < k; ++q) {
        if (a[p * k + q] == 0) continue;
        const double theta = (a[q * k + q] - a[p * k + p]) / (2 * a[p * k + q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        const auto rotate = [c, s](double& x, double& y) {
          const double old = x;
          x = c * old - s * y;
          y = s * old + c * y;
        };
        for (int64_t i = 0; i < k; ++i) rotate(a[i * k + p], a[i * k + q]);
        for (int64_t i = 0; i < k; ++i) rotate(a[p * k + i], a[q * k + i]);
        for (int64_t i = 0; i < k; ++i) rotate(v[p * k + i], v[q * k + i]);
      }
  }
}

}  // namespace

Tensor orthonormal_rows(const Tensor& block, const Tensor& otherwise) {
  const int64_t k = block.size(1), n = block.size(2);
  const Tensor spare = otherwise.detach().to(at::kCPU, at::kDouble).contiguous();
  return lane_by_lane(block, [&](int64_t lane, double* rows) {
    const double* own = spare.const_data_ptr<double>() + lane * k * n;
    for (int64_t i = 0; i < k; ++i) {
      double* row = rows + i * n;
      for (int64_t next = 0; !normalise(row, rows, i, n) && next < k + n; ++next) {
        if (next < k)
          std::copy(own + next * n, own + (next + 1) * n, row);
        else
          for (int64_t j = 0; j < n; ++j) row[j] = j == next - k;
      }
    }
  });
}

Tensor eigenvectors(const Tensor& symmetric) {
  const int64_t k = symmetric.size(1);
  return lane_by_lane(symmetric, [&](int64_t, double* a) {
    std::vector<double> vectors(static_cast<size_t>(k * k));
    diagonalise(a, vectors.data(), k);
    std::vector<int64_t> order(static_cast<size_t>(k));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t x, int64_t y) { return a[x * (k + 1)] > a[y * (k + 1)]; });
    std::vector<double> sorted;
    for (const int64_t i : order)
      sorted.insert(sorted.end(), vectors.begin() + i * k, vectors.begin() + (i + 1) * k);
    std::copy(sorted.begin(), sorted.end(), a);
  });
}

}  // namespace saddle
