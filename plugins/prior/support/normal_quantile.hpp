// The normal distribution function and its inverse, accurate in the tails.
#pragma once

namespace saddle {

/// Φ(x), to full relative accuracy for x down to −37, where it is 1e-300.
double normal_cdf(double x);
/// Φ⁻¹(p) for p from 1e-300 to 1 − 1e-16, to 1e-15: Wichura's AS 241, PPND16.
double normal_quantile(double p);

}  // namespace saddle
