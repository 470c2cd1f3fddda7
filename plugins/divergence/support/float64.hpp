// Element-wise arithmetic in float64, where float32 would lose the digits of a term: near a zero that is a
// difference, or in an exponent.
#pragma once
#include <ATen/ATen.h>
#include <saddle/lanes.hpp>
#include <saddle/ops.hpp>

#include <vector>

namespace saddle {

/// function(v), computed in float64 and rounded to v's dtype once.
template <class Function>
Tensor in_float64(const Tensor& v, Function&& function) {
  return function(v.to(at::kDouble)).to(v.scalar_type());
}

/// A lane's parameter as the user wrote it, in float64, to broadcast against x.
inline Tensor float64_like(const LaneReal& a, const Tensor& x) {
  std::vector<double> numbers;
  for (int64_t lane = 0; lane < a.lanes(); ++lane) numbers.push_back(a.at(lane));
  std::vector<int64_t> shape(static_cast<size_t>(std::max<int64_t>(x.dim(), 1)), 1);
  shape[0] = a.lanes();
  return at::tensor(numbers, at::kDouble).view(shape).to(x.device());
}

/// log |1 + x|, accurate near 0 (Kahan's correction of the rounding of 1 + x).
inline Tensor log1p(const Tensor& x) {
  const Tensor sum = (1 + x).abs().clamp_min(1e-300), plain = sum.log();
  const Tensor rounded = 1 + x.detach() - 1, tiny = rounded == 0;
  const Tensor accurate =
      at::where(tiny, x.detach(), plain.detach() * (x.detach() / at::where(tiny, 1, rounded)));
  return accurate + (plain - plain.detach());  // `plain` has the accurate derivatives
}

/// (eᶜˣ − 1)/c, which is x at c = 0.
inline Tensor expm1_over(const Tensor& c, const Tensor& x) {
  const Tensor zero = c == 0;
  return at::where(zero, x, saddle::expm1(c * x) / at::where(zero, 1, c));
}

/// Its inverse log(1 + cy)/c, which is y at c = 0.
inline Tensor log1p_over(const Tensor& c, const Tensor& y) {
  const Tensor zero = c == 0;
  return at::where(zero, y, saddle::log1p(c * y) / at::where(zero, 1, c));
}

}  // namespace saddle
