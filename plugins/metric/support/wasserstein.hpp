// The Wasserstein distance of order 1 on the line.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace saddle {

/// Area between two empirical distribution functions, of sorted samples. Counted in units of 1/nm, exactly.
inline double wasserstein(const double* x, int64_t n, const double* y, int64_t m) {
  double sum = 0;
  int64_t left_x = m, left_y = n;  // what is left of the mass of *x and of *y
  for (const double *x_end = x + n, *y_end = y + m; x != x_end && y != y_end;) {
    const int64_t mass = std::min(left_x, left_y);
    sum += static_cast<double>(mass) * std::abs(*x - *y);
    if ((left_x -= mass) == 0) ++x, left_x = m;
    if ((left_y -= mass) == 0) ++y, left_y = n;
  }
  return sum / (static_cast<double>(n) * static_cast<double>(m));
}

/// Of samples in any order.
inline double wasserstein(std::vector<double> x, std::vector<double> y) {
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return wasserstein(x.data(), static_cast<int64_t>(x.size()), y.data(), static_cast<int64_t>(y.size()));
}

}  // namespace saddle
