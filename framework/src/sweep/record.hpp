// From what training leaves behind to what the store keeps.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "game/result.hpp"
#include "plugin/registry.hpp"
#include "store/record.hpp"

namespace saddle {

using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Versions, compiler, flags, kernels, host, device and the state of the sources: the same for every trial of
/// a process.
Provenance process_provenance(const std::string& kernels, const std::string& device);
/// The libraries of the plugins that a trial uses, with their hashes.
Provenance plugin_provenance(const TrialConfig& trial);

store::Array to_array(const at::Tensor& tensor);
at::Tensor to_tensor(const store::Array& array);
/// A trial's final metrics with their attributes.
std::vector<store::Metric> to_metrics(const TrialConfig& trial,
                                      const std::vector<std::pair<std::string, double>>& values);
store::TrialRecord to_record(const TrialResult& result, Provenance provenance);

/// Whether the record holds every metric that the trial asks for, measured as it asks.
bool metrics_are_complete(const TrialConfig& trial, const std::vector<store::Metric>& stored);

}  // namespace saddle
