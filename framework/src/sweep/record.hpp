// From what training leaves behind to what the store keeps.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "game/result.hpp"
#include "plugin/registry.hpp"
#include "store/record.hpp"

namespace saddle {

using Provenance = std::vector<std::pair<std::string, std::string>>;

/// Empty where the key is not there.
std::string value_of(const Provenance& provenance, std::string_view key);

/// Versions, compiler, flags, kernels, host, device, the commit that was built and the state of the working
/// folder: the same for every trial of a process.
Provenance process_provenance(const std::string& kernels, const std::string& device);

/// SHA-256 of the libraries that a process has loaded. Taken as soon as they are loaded: a build that
/// replaces them while a trial trains must not pass for what trained it.
using LibraryHashes = std::map<std::filesystem::path, std::string>;
LibraryHashes hash_libraries(const Registry& registry);
/// The libraries of the plugins that a trial uses, with their hashes.
Provenance plugin_provenance(const TrialConfig& trial, const LibraryHashes& hashes);

store::Array to_array(const at::Tensor& tensor);
at::Tensor to_tensor(const store::Array& array);
/// A trial's final metrics with their attributes.
std::vector<store::Metric> to_metrics(const TrialConfig& trial,
                                      const std::vector<std::pair<std::string, double>>& values,
                                      const std::string& kernels);
/// `provenance`: of the process, with its kernels, and of the trial's plugins.
store::TrialRecord to_record(const TrialResult& result, Provenance provenance);

/// The metrics of the trial that the record does not hold, or holds measured otherwise than it asks. Kernels
/// don't matter: they change a number in its last digits.
bool is_measured_as(const TrialConfig& trial, const PartConfig& metric, const store::Metric& stored);
std::vector<PartPtr> metrics_to_measure(const TrialConfig& trial, const std::vector<store::Metric>& stored);

}  // namespace saddle
