// Optimal transport between samples on the line, and between projections of samples onto lines.
#pragma once
#include <ATen/ATen.h>
#include <saddle/divergence.hpp>
#include <saddle/ops.hpp>

#include <vector>

#include "line.hpp"

namespace saddle {

/// |x|^order for order 1 or 2.
inline Tensor power(const Tensor& x, int64_t order) { return order == 1 ? x.abs() : x * x; }

/// Which pieces of the sorted samples travel together, where there are n of one and m of the other: [piece]
/// each.
struct Pieces {
  std::vector<int64_t> x, y;
  std::vector<double> mass;
};
inline Pieces pieces(int64_t n, int64_t m) {
  Pieces p;
  int64_t left_x = m, left_y = n;  // of the mass at x and at y, in units of 1/nm
  for (int64_t i = 0, j = 0; i < n && j < m;) {
    const int64_t moved = std::min(left_x, left_y);
    p.x.push_back(i), p.y.push_back(j);
    p.mass.push_back(static_cast<double>(moved) / static_cast<double>(n * m));
    if ((left_x -= moved) == 0) ++i, left_x = m;
    if ((left_y -= moved) == 0) ++j, left_y = n;
  }
  return p;
}

/// The power W_p^p of the Wasserstein distance on every row: [lane, row, n] and [lane, row, m] -> [lane,
/// row].
inline Tensor wasserstein_power(const Tensor& x, const Tensor& y, int64_t order) {
  const Tensor a = std::get<0>(x.sort(2)), b = std::get<0>(y.sort(2));
  const int64_t n = a.size(2), m = b.size(2);
  if (n == m) return sample_sum(power(a - b, order)) / n;
  const Pieces p = pieces(n, m);
  const auto index = [&](const std::vector<int64_t>& i) { return at::tensor(i, at::kLong).to(x.device()); };
  const Tensor apart = a.index_select(2, index(p.x)) - b.index_select(2, index(p.y));
  return sample_sum(power(apart, order) * at::tensor(p.mass, apart.options().requires_grad(false)));
}

/// Random directions: [lane, count, feature], of length 1.
inline Tensor random_directions(Random random, int64_t count, int64_t features) {
  const Tensor d = random.normal({count, features});
  return d / sample_norm(d).unsqueeze(2);
}

/// W_p^p between the samples' projections: x [lane, n, feature], directions [lane, row, feature] -> [lane,
/// row].
inline Tensor projected_wasserstein(const Tensor& x, const Tensor& y, const Tensor& directions,
                                    int64_t order) {
  return wasserstein_power(saddle::matmul(directions, x, false, true),
                           saddle::matmul(directions, y, false, true), order);
}

/// W_p^p of two known distributions on the line. [lane]
inline Tensor exact_wasserstein_power(const Densities& d, int64_t order) {
  if (order == 1) return wasserstein_1(d);
  const Tensor real = (d.log_real.exp() * d.weight).cpu().contiguous(),
               fake = (d.log_fake.exp() * d.weight).cpu().contiguous(), places = d.x.cpu().contiguous();
  const auto* x = places.const_data_ptr<double>();
  const int64_t nodes = places.size(0);
  std::vector<double> cost;
  for (int64_t lane = 0; lane < real.size(0); ++lane) {
    const auto* p = real.const_data_ptr<double>() + lane * nodes;
    const auto* q = fake.const_data_ptr<double>() + lane * nodes;
    double sum = 0, left_p = p[0], left_q = q[0];
    for (int64_t i = 0, j = 0; i < nodes && j < nodes;) {
      const double moved = std::min(left_p, left_q);
      sum += moved * (x[i] - x[j]) * (x[i] - x[j]);
      left_p -= moved, left_q -= moved;
      // The quantity that moved is one of the two, so one of them is exactly 0 now.
      if (left_p == 0)
        left_p = ++i < nodes ? p[i] : 0;
      else
        left_q = ++j < nodes ? q[j] : 0;
    }
    cost.push_back(sum);
  }
  return at::tensor(cost, at::kDouble).to(d.x.device());
}

}  // namespace saddle
