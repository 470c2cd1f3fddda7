#include <saddle/divergence.hpp>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

namespace saddle {
namespace {

// u = eᵛ in float64 and f′(u), which stays a function of v where v is differentiated. In float32 the two
// terms of u f′(u) − f(u) would cancel, and eᵛ overflow at v = 89.
struct Derived {
  Tensor u, f, slope;
};

Derived derive(const FDivergence& divergence, const Tensor& v) {
  const at::AutoGradMode differentiate(true);
  Tensor u = v.to(at::kDouble).exp();
  if (!u.requires_grad()) u = u.detach().requires_grad_();
  Tensor f = divergence.f(u);
  Tensor slope = input_gradient(f, u);
  return {std::move(u), std::move(f), std::move(slope)};
}

// Nobody differentiates the result where v is a constant or gradients are off.
Tensor as_function_of(const Tensor& v, const Tensor& result) {
  const bool constant = !v.requires_grad() || !at::GradMode::is_enabled();
  return (constant ? result.detach() : result).to(v.scalar_type());
}

}  // namespace

Tensor FDivergence::log_ratio_real_term(const Tensor& v) const {
  return as_function_of(v, derive(*this, v).slope);
}

Tensor FDivergence::log_ratio_fake_term(const Tensor& v) const {
  const Derived d = derive(*this, v);
  return as_function_of(v, d.u * d.slope - d.f);
}

Tensor FDivergence::linked_real_term(const Tensor& v) const {
  return link == "log_ratio" ? log_ratio_real_term(v) : real_term(v);
}

Tensor FDivergence::linked_fake_term(const Tensor& v) const {
  return link == "log_ratio" ? log_ratio_fake_term(v) : fake_term(v);
}

// f(u)·q where the ratio u = p/q can be formed, in float64; where q vanishes and p does not, f(u)/u tends to
// f(∞)/∞ and is taken at the largest ratio that can be.
std::optional<Tensor> FDivergence::exact(const Densities& d) const {
  const at::NoGradGuard no_grad;
  constexpr double widest = 300;
  // Where neither has mass, nothing is added whatever the ratio.
  const Tensor empty = at::isinf(d.log_real).logical_and(at::isinf(d.log_fake));
  const Tensor log_ratio = (d.log_real - d.log_fake).masked_fill(empty, 0).clamp(-widest, widest);
  const Tensor u = log_ratio.exp();
  // q·f(u), or p·f(u)/u: whichever factor is not the small one.
  const Tensor integrand = at::where(log_ratio > 0, d.log_real.exp() * (f(u) / u), d.log_fake.exp() * f(u));
  return lane_sum(integrand * d.weight);
}

Tensor FDivergence::value(const Round& round) const {
  // Not two arguments of one expression: real_scores() may score both, and the order must not be the
  // compiler's.
  const Tensor real = lane_mean(linked_real_term(round.real_scores()));
  return real - lane_mean(linked_fake_term(round.fake_scores()));
}

// Of V, only the expectation over fake samples depends on the generator.
Tensor FDivergence::generator_losses(const Round& round) const {
  const Tensor& v = round.fake_scores();
  return -(generator == "non_saturating" ? linked_real_term(v) : linked_fake_term(v));
}

Tensor FDivergence::generator_loss(const Round& round) const { return lane_mean(generator_losses(round)); }

}  // namespace saddle
