// Gradients against central differences.
#pragma once
#include "check/bed.hpp"

namespace saddle::check {

/// The worst of a trial's players.
struct GradientError {
  double relative = 0;  ///< the largest difference of a slope over the largest slope
  std::string player;
  double slope = 0, difference = 0;  ///< by autograd, by central differences, where they differ most
  double largest = 0;                ///< slope
};

/// Both players' slopes along random directions, at frozen draws and states.
GradientError gradient_error(const TrialConfig& trial);

/// How every player's slopes change along random directions of every player, by autograd and by central
/// differences of gradients.
GradientError second_derivative_error(const TrialConfig& trial);

constexpr double largest_gradient_error = 1e-5;

}  // namespace saddle::check
