// Distributions: draws that gradients pass through, and log probabilities. Everything is computed in float64,
// lane-exact, and can be differentiated; results have the dtype of the parameters.
#pragma once
#include <saddle/lanes.hpp>
#include <saddle/random.hpp>

namespace saddle {

/// Gamma numbers of scale 1, one for each concentration [lane, …]. Their gradient is implicit, −∂F/∂a over
/// the density (Figurnov, Mohamed & Mnih 2018), to 1e-8 or better: its mean is the slope of the expectation.
/// It can't be differentiated again.
SADDLE_API Tensor draw_gamma(const Tensor& concentration, Random& random);
/// Compositions along the last axis; the gradient as above.
SADDLE_API Tensor draw_dirichlet(const Tensor& concentration, Random& random);

// Element by element, constants included; arguments are broadcast. Differentiated by the parameters; counts
// are constants.

/// ln P(k) under a rate λ > 0.
SADDLE_API Tensor poisson_log_mass(const Tensor& counts, const Tensor& rate);
/// ln P(k) under mean μ > 0 and inverse dispersion θ > 0: variance μ + μ²/θ.
SADDLE_API Tensor negative_binomial_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta);
/// ln P(k) where the count is 0 with the probability sigmoid(dropout_logits), otherwise a negative binomial
/// one.
SADDLE_API Tensor zinb_log_mass(const Tensor& counts, const Tensor& mean, const Tensor& theta,
                                const Tensor& dropout_logits);

// Along the last axis, which the result has no more: [lane, …, d] -> [lane, …].

/// ln of the density of compositions, with respect to their first d − 1 parts.
SADDLE_API Tensor dirichlet_log_density(const Tensor& compositions, const Tensor& concentration);
/// ln P(counts) for Σ counts draws from softmax(logits); one draw is a categorical one.
SADDLE_API Tensor multinomial_log_mass(const Tensor& counts, const Tensor& logits);

}  // namespace saddle
