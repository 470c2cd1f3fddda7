// Logistic regression.
#pragma once
#include <saddle/lanes.hpp>

namespace saddle {

/// The scores [m] of asked [m, dimension], positive for class 1, by the weights that minimise Σ log(1 +
/// e^∓score) + ‖w‖²/2 over known [n, dimension] with labels [n] of 0 and 1; the intercept is free, features
/// are first standardised over `known`. float64
Tensor logistic_scores(const Tensor& known, const Tensor& labels, const Tensor& asked);

}  // namespace saddle
