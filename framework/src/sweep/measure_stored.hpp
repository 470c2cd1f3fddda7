// Metrics that were added later: measured from stored weights, without training.
#pragma once
#include "config/trial.hpp"
#include "game/assembly.hpp"
#include "store/paths.hpp"

namespace saddle {

/// Measures the trial's metrics from the weights in its shard and adds them to it; its configuration becomes
/// this one. Throws UserError if the weights were not kept.
void measure_stored(const store::StorePaths& paths, const TrialConfig& trial, const SharedData& data);

}  // namespace saddle
