#include <saddle/distributions.hpp>
#include <saddle/ops.hpp>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>

#include "gamma_slope.hpp"
#include "recording.hpp"

namespace saddle {
namespace {

Tensor in_double(const Tensor& x) { return x.to(at::kDouble); }

bool differentiated(const Tensor& x) { return x.requires_grad() && at::GradMode::is_enabled(); }

// Where three terms or more go back to one tensor, each is a statement: their gradients are added in the
// order in which they were computed, and that of operands is the compiler's.

/// lnΓ(x) − (x − ½) ln x + x − ½ ln 2π from x = 10 on, to 1e-12: Stirling's series.
Tensor stirling_rest(const Tensor& x) {
  const Tensor r = x.reciprocal(), z = r * r;
  return r * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z / 1680)));
}

/// ln Γ(x + k) − ln Γ(x) − k ln x, which goes to 0 as x grows: a difference of two lnΓ would lose all digits.
Tensor log_rising_ratio(const Tensor& x, const Tensor& k) {
  const Tensor small = x < 10, low = at::where(small, x, 1), high = at::where(small, 10, x);
  Tensor direct = (low + k).lgamma();
  direct = direct - low.lgamma();
  direct = direct - k * low.log();
  Tensor stirling = (k / high).log1p();
  stirling = (high + k - 0.5) * stirling - k;
  stirling = stirling + stirling_rest(high + k);
  stirling = stirling - stirling_rest(high);
  return at::where(small, direct, stirling);
}

/// On the CPU, where the numbers were drawn.
Tensor log_gamma_slopes(const Tensor& concentration, const Tensor& log_x) {
  const Tensor a = concentration.to(at::kCPU).contiguous(), x = log_x.to(at::kCPU).contiguous();
  const Tensor slopes = at::empty_like(x);
  run_kernel({&a, &x}, {&slopes}, [n = x.numel()](char* const* at) {
    const auto *of = reinterpret_cast<const double*>(at[0]), *logs = reinterpret_cast<const double*>(at[1]);
    auto* to = reinterpret_cast<double*>(at[2]);
    // Finite: it's multiplied by 0.
    constexpr double most = std::numeric_limits<double>::max();
    for (int64_t i = 0; i < n; ++i) to[i] = std::clamp(log_gamma_slope(of[i], logs[i]), -most, most);
  });
  return slopes.to(log_x.device());
}

/// ln of gamma numbers. Where it's differentiated, a term is added that is 0 and has the implicit derivative
/// for its slope.
Tensor draw_log_gamma(const Tensor& a, Random& random) {
  const Tensor log_x = random.log_gamma(a);
  if (!differentiated(a)) return log_x;
  const Tensor still = a.detach();
  return log_x + log_gamma_slopes(still, log_x) * (a - still);
}

}  // namespace

Tensor draw_gamma(const Tensor& concentration, Random& random) {
  return draw_log_gamma(in_double(concentration), random).exp().to(concentration.scalar_type());
}

Tensor draw_dirichlet(const Tensor& concentration, Random& random) {
  return at::softmax(draw_log_gamma(in_double(concentration), random), -1).to(concentration.scalar_type());
}

Tensor poisson_log_mass(const Tensor& counts, const Tensor& rate) {
  const Tensor k = in_double(counts), r = in_double(rate);
  return (k * r.log() - r - (k + 1).lgamma()).to(rate.scalar_type());
}

Tensor negative_binomial_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta) {
  const Tensor k = in_double(counts), m = in_double(mean), t = in_double(theta);
  const Tensor excess = (m / t).log1p(), ratio = log_rising_ratio(t, k);
  const Tensor mass = ratio + k * m.log() - (k + 1).lgamma();
  return (mass - (k + t) * excess).to(mean.scalar_type());
}

Tensor zinb_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta,
                     const Tensor& dropout_logits) {
  const Tensor k = in_double(counts), l = in_double(dropout_logits);
  const Tensor plain = negative_binomial_log_mass(k, in_double(mean), in_double(theta));
  // ln(π + (1 − π) p) for p the mass at 0, in a form each for p near 1 and for p small.
  const Tensor near = plain.clamp_min(-1);
  const Tensor kept = saddle::sigmoid(-l), without = saddle::softplus(-l), with = saddle::softplus(l);
  const Tensor likely = (kept * saddle::expm1(near)).log1p();
  const Tensor rare = saddle::softplus(plain - l) - without;
  const Tensor zero = at::where(plain > -1, likely, rare);
  return at::where(k == 0, zero, plain - with).to(mean.scalar_type());
}

Tensor dirichlet_log_density(const Tensor& compositions, const Tensor& concentration) {
  const Tensor x = in_double(compositions), a = in_double(concentration);
  // 0 · ln 0 is 0: a flat density has no edge.
  const Tensor flat = (a == 1).logical_and(x == 0);
  const Tensor powers = (a - 1) * at::where(flat, 1, x).log(), terms = powers - a.lgamma();
  const Tensor total = a.sum(-1).lgamma();
  return (terms.sum(-1) + total).to(concentration.scalar_type());
}

Tensor multinomial_log_mass(const Tensor& counts, const Tensor& logits) {
  const Tensor k = in_double(counts), log_p = at::log_softmax(in_double(logits), -1);
  // 0 · ln 0 is 0.
  const Tensor terms = k * at::where(k == 0, 0, log_p) - (k + 1).lgamma();
  return (terms.sum(-1) + (k.sum(-1) + 1).lgamma()).to(logits.scalar_type());
}

}  // namespace saddle
