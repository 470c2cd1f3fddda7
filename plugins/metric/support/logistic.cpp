#include "logistic.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace saddle {

Tensor logistic_scores(const Tensor& known, const Tensor& labels, const Tensor& asked) {
  const Tensor centre = known.mean(0), spread = known.std(0, false);
  const Tensor unit = at::where(spread == 0, at::ones_like(spread), spread);
  const auto with_intercept = [&](const Tensor& x) {
    return at::cat({(x - centre) / unit, at::ones({x.size(0), 1}, x.options())}, 1);
  };
  const Tensor x = with_intercept(known), y = labels.to(at::kDouble);
  const int64_t d = x.size(1);
  Tensor ridge = at::ones({d}, x.options());
  ridge[d - 1] = 0;
  const auto loss = [&](const Tensor& w) {
    const Tensor score = x.mv(w);
    return ((-score.abs()).exp().log1p() + score.clamp_min(0) - y * score).sum().item<double>() +
           0.5 * (ridge * w.square()).sum().item<double>();
  };
  Tensor w = at::zeros({d}, x.options());
  double before = loss(w);
  // Newton's steps, halved where one would overshoot.
  for (int step = 0; step < 50; ++step) {
    const Tensor p = at::sigmoid(x.mv(w));
    const Tensor slope = x.t().mv(p - y) + ridge * w;
    const Tensor curvature = at::mm(x.t(), x * (p * (1 - p)).unsqueeze(1)) + at::diag(ridge + 1e-10);
    const Tensor direction = at::linalg_solve(curvature, slope.unsqueeze(1)).squeeze(1);
    double length = 1, now = loss(w - direction);
    for (; !(now <= before) && length > 1e-6; now = loss(w - length * direction)) length /= 2;
    w = w - length * direction;
    if (!(before - now > 1e-12 * std::abs(before))) break;
    before = now;
  }
  return with_intercept(asked).mv(w);
}

}  // namespace saddle
