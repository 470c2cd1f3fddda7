#include "mode_counts.hpp"
#include <saddle/portable.hpp>

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace saddle {

ModeCounts count_modes(const Tensor& x, const Modes& modes, double limit) {
  const int64_t n = x.size(0), dimension = x.size(1), count = modes.means.size(0);
  const Tensor means = modes.means.to(at::kCPU).contiguous(), stds = modes.stds.to(at::kCPU).contiguous();
  const auto* sample = x.const_data_ptr<double>();
  const auto* centre = means.const_data_ptr<double>();
  const auto* std = stds.const_data_ptr<double>();
  ModeCounts result{n, std::vector<int64_t>(static_cast<size_t>(count)),
                    std::vector<int64_t>(static_cast<size_t>(count))};
  for (int64_t i = 0; i < n; ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    size_t mode = 0;
    for (int64_t k = 0; k < count; ++k) {
      double sum = 0;
      for (int64_t j = 0; j < dimension; ++j) {
        const double d = sample[i * dimension + j] - centre[k * dimension + j];
        sum += d * d;
      }
      const double distance = std::sqrt(sum) / std[k];
      if (distance < nearest) {
        nearest = distance;
        mode = static_cast<size_t>(k);
      }
    }
    ++result.all[mode];
    if (nearest < limit) ++result.high_quality[mode];
  }
  return result;
}

double mode_divergence(const std::vector<int64_t>& counts, const Tensor& weights) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    const double share = static_cast<double>(counts[k]) / total;
    if (share > 0) sum += share * portable::log(share / weights[static_cast<int64_t>(k)].item<double>());
  }
  return sum;
}

std::string needs_modes(const Parts& parts) {
  return parts.data->modes() ? "" : "the data has no known modes";
}

}  // namespace saddle
