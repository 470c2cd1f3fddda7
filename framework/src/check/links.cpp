#include "check/links.hpp"

#include <ATen/ATen.h>

#include <cfloat>
#include <cmath>
#include <numbers>

namespace saddle::check {

std::vector<Link> links(const FDivergence& d) {
  return {{"paper", [&d](const Tensor& v) { return d.real_term(v); },
           [&d](const Tensor& v) { return d.fake_term(v); }},
          {"log_ratio", [&d](const Tensor& v) { return d.log_ratio_real_term(v); },
           [&d](const Tensor& v) { return d.log_ratio_fake_term(v); }}};
}

std::pair<Tensor, Tensor> with_slope(const Function& function, const Tensor& at) {
  const Tensor x = at.clone().requires_grad_(), y = function(x);
  return {y.detach(), y.requires_grad() ? input_gradient(y, x).detach() : at::zeros_like(x)};
}

std::array<Tensor, 4> terms(const Link& link, const Tensor& v) {
  const auto [real, real_slope] = with_slope(link.real, v);
  const auto [fake, fake_slope] = with_slope(link.fake, v);
  return {real, real_slope, fake, fake_slope};
}

Tensor best_output(const Link& link, const Tensor& log_u) {
  const Tensor u = log_u.exp();
  Tensor low = at::full_like(u, -690), high = at::full_like(u, 690);
  for (int i = 0; i < 55; ++i) {
    const Tensor middle = (low + high) / 2, v = middle.sinh();
    const Tensor fake = with_slope(link.fake, v).second, real = u * with_slope(link.real, v).second;
    // Where a slope overflows, the way back is towards 0.
    const Tensor less = at::where(fake.isfinite().logical_and(real.isfinite()), fake < real, v < 0);
    low = at::where(less, middle, low);
    high = at::where(less, high, middle);
  }
  return high.sinh();
}

Tensor numerical_conjugate(const FDivergence& d, const Tensor& t) {
  const auto at_log = [&](const Tensor& log_u) {
    const Tensor u = log_u.exp();
    return u * t - d.f(u.reshape({1, -1})).view_as(u);
  };
  const int64_t points = 141;
  const Tensor x = at::linspace(-14, 14, points, at::kDouble).unsqueeze(1);
  Tensor best, place;
  std::tie(best, place) = at_log(x.expand({points, t.size(0)}).contiguous()).max(0);
  const double golden = std::numbers::phi - 1;
  Tensor low = x.squeeze(1).index_select(0, (place - 1).clamp_min(0));
  Tensor high = x.squeeze(1).index_select(0, (place + 1).clamp_max(points - 1));
  for (int i = 0; i < 40; ++i) {
    const Tensor left = high - golden * (high - low), right = low + golden * (high - low);
    const Tensor at_left = at_log(left), at_right = at_log(right), rises = at_left < at_right;
    best = at::max(best, at::max(at_left, at_right));
    low = at::where(rises, left, low);
    high = at::where(rises, high, right);
  }
  return best;
}

double first_wrong(const Tensor& v, const Tensor& got, const Tensor& truth, double relative) {
  const Tensor normal = (truth.abs() >= FLT_MIN).logical_and(truth.abs() <= FLT_MAX);
  const Tensor error = (got.to(at::kDouble) - truth).abs();
  const Tensor wrong = normal.logical_and((error <= relative * truth.abs()).logical_not());  // NaN is wrong
  return wrong.any().item<bool>() ? v.masked_select(wrong)[0].item<double>() : NAN;
}

}  // namespace saddle::check
