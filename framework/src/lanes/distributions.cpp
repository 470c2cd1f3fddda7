#include <saddle/distributions.hpp>
#include <saddle/ops.hpp>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace saddle {
namespace {

Tensor in_double(const Tensor& x) { return x.to(at::kDouble); }

bool differentiated(const Tensor& x) { return x.requires_grad() && at::GradMode::is_enabled(); }

/// lnΓ(x) − (x − ½) ln x + x − ½ ln 2π from x = 10 on, to 1e-12: Stirling's series.
Tensor stirling_rest(const Tensor& x) {
  const Tensor r = x.reciprocal(), z = r * r;
  return r * (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z / 1680)));
}

/// ln Γ(x + k) − ln Γ(x) − k ln x, which goes to 0 as x grows: a difference of two lnΓ would lose all digits.
Tensor log_rising_ratio(const Tensor& x, const Tensor& k) {
  const Tensor small = x < 10, low = at::where(small, x, 1), high = at::where(small, 10, x);
  const Tensor direct = (low + k).lgamma() - low.lgamma() - k * low.log();
  const Tensor stirling =
      (high + k - 0.5) * (k / high).log1p() - k + (stirling_rest(high + k) - stirling_rest(high));
  return at::where(small, direct, stirling);
}

}  // namespace

// Where it's differentiated, a term is added that is 0 and has the implicit derivative for its slope.
Tensor draw_gamma(const Tensor& concentration, Random& random) {
  const Tensor a = in_double(concentration);
  Tensor x = random.log_gamma(a).exp();
  if (differentiated(a)) {
    const Tensor still = a.detach();
    x = x + at::_standard_gamma_grad(still, x) * (a - still);
  }
  return x.to(concentration.scalar_type());
}

Tensor draw_dirichlet(const Tensor& concentration, Random& random) {
  const Tensor a = in_double(concentration);
  Tensor x = at::softmax(random.log_gamma(a), -1);
  if (differentiated(a)) {
    const Tensor still = a.detach(), total = still.sum(-1, true).expand_as(still);
    // More of one part is less of each other, in proportion.
    const Tensor shift = at::_dirichlet_grad(x, still, total) * (a - still);
    x = x + (shift - x * shift.sum(-1, true));
  }
  return x.to(concentration.scalar_type());
}

Tensor poisson_log_mass(const Tensor& counts, const Tensor& rate) {
  const Tensor k = in_double(counts), r = in_double(rate);
  return (k * r.log() - r - (k + 1).lgamma()).to(rate.scalar_type());
}

Tensor negative_binomial_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta) {
  const Tensor k = in_double(counts), m = in_double(mean), t = in_double(theta);
  const Tensor mass = log_rising_ratio(t, k) + k * m.log() - (k + 1).lgamma() - (k + t) * (m / t).log1p();
  return mass.to(mean.scalar_type());
}

Tensor zinb_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta,
                     const Tensor& dropout_logits) {
  const Tensor k = in_double(counts), l = in_double(dropout_logits);
  const Tensor plain = negative_binomial_log_mass(k, in_double(mean), in_double(theta));
  // ln(π + (1 − π) p) for p the mass at 0, in a form each for p near 1 and for p small.
  const Tensor near = plain.clamp_min(-1);
  const Tensor likely = (saddle::sigmoid(-l) * saddle::expm1(near)).log1p();
  const Tensor rare = saddle::softplus(plain - l) - saddle::softplus(-l);
  const Tensor zero = at::where(plain > -1, likely, rare);
  return at::where(k == 0, zero, plain - saddle::softplus(l)).to(mean.scalar_type());
}

Tensor dirichlet_log_density(const Tensor& compositions, const Tensor& concentration) {
  const Tensor x = in_double(compositions), a = in_double(concentration);
  // 0 · ln 0 is 0: a flat density has no edge.
  const Tensor flat = (a == 1).logical_and(x == 0);
  const Tensor terms = (a - 1) * at::where(flat, 1, x).log() - a.lgamma();
  return (terms.sum(-1) + a.sum(-1).lgamma()).to(concentration.scalar_type());
}

Tensor multinomial_log_mass(const Tensor& counts, const Tensor& logits) {
  const Tensor k = in_double(counts), log_p = at::log_softmax(in_double(logits), -1);
  // 0 · ln 0 is 0.
  const Tensor terms = k * at::where(k == 0, 0, log_p) - (k + 1).lgamma();
  return (terms.sum(-1) + (k.sum(-1) + 1).lgamma()).to(logits.scalar_type());
}

}  // namespace saddle
