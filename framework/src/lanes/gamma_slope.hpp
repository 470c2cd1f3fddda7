#pragma once
#include <saddle/export.hpp>

namespace saddle {

/// How the logarithm of a gamma number of scale 1 moves with its concentration where its quantile stays:
/// d ln x/da = −(∂F(x; a)/∂a)/(x p(x; a)) (Figurnov, Mohamed & Mnih 2018), to 1e-12 and, for concentrations
/// above 1000, 1e-8. Any x above 0, of which ln x is given: small concentrations have x that underflow.
SADDLE_API double log_gamma_slope(double concentration, double log_x);

}  // namespace saddle
