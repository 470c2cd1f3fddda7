// What training one trial leaves behind.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/trial.hpp"

namespace saddle {

/// `collapsed`, `dead_critic` and `stalled` are defined in health.hpp.
enum class Outcome { done, collapsed, dead_critic, stalled, diverged, interrupted };

struct Curve {
  std::vector<int64_t> steps;
  std::vector<double> values;
};

struct TrialResult {
  const TrialConfig* trial = nullptr;
  Outcome outcome = Outcome::done;
  std::string reason;
  int64_t reason_step = 0;  ///< where the outcome was decided
  int64_t steps = 0;        ///< done; where it diverged
  double seconds = 0;       ///< its share of its group's time
  std::map<std::string, Curve> series;
  std::vector<std::pair<std::string, double>> metrics;               ///< final values by column
  std::vector<std::pair<std::string, at::Tensor>> weights;           ///< by "role/parameter"
  std::vector<std::pair<std::string, at::Tensor>> averaged_weights;  ///< empty without an average
  at::Tensor samples;
};

}  // namespace saddle
