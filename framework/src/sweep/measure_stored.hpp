// Metrics that were added later: measured from stored weights, without training.
#pragma once
#include "config/trial.hpp"
#include "game/assembly.hpp"
#include "store/paths.hpp"
#include "sweep/record.hpp"

namespace saddle {

/// What a process measures with.
struct MeasureSettings {
  const store::StorePaths& store;
  at::Device device;
  const std::string& kernels;
  const LibraryHashes& libraries;
};

/// Measures those of the trial's metrics that its shard lacks, or holds of another definition, from the
/// weights in it; the trial's configuration becomes this one. Throws UserError if the weights were not kept.
void measure_stored(const MeasureSettings& settings, const TrialConfig& trial, const SharedData& data);

}  // namespace saddle
