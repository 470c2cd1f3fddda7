// Which mode each sample belongs to.
//
// A sample belongs to its nearest mode, where distances are Euclidean and counted in standard deviations of
// the mode (modes of equal width: simply the nearest; of two at the same distance the first). It is of high
// quality when that distance is below the limit: then, and only then, it lies within the limit of any mode.
#pragma once
#include <saddle/metric.hpp>
#include <saddle/schema.hpp>

#include <string>
#include <vector>

namespace saddle {

struct ModeCounts {
  int64_t samples = 0;
  std::vector<int64_t> all, high_quality;  ///< samples of each mode
};

/// x [n, dimension] float64.
ModeCounts count_modes(const Tensor& x, const Modes& modes, double limit);

/// Kullback-Leibler divergence Σ p ln(p/w) of the shares p of the counts over the true weights, nats. An
/// empty mode adds 0; a divergence of no samples at all is NaN.
double mode_divergence(const std::vector<int64_t>& counts, const Tensor& weights);

/// What unsupported() answers; empty if the data has modes.
std::string needs_modes(const Parts& parts);

constexpr auto limit_doc = "Limit of high quality: distance to the nearest mode, in its standard deviations.";

}  // namespace saddle
