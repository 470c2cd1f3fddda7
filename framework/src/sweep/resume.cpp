#include "sweep/resume.hpp"

#include <algorithm>
#include <array>

#include "store/checkpoint.hpp"

namespace saddle {
namespace {

/// What no bit of a result depends on.
bool is_circumstance(std::string_view key, bool portable) {
  constexpr std::array always{"git_folder", "host", "system", "hdf5"};
  constexpr std::array where_portable{"cpu_capability", "device_name"};
  return std::find(always.begin(), always.end(), key) != always.end() ||
         (portable && std::find(where_portable.begin(), where_portable.end(), key) != where_portable.end());
}

/// The first entry that differs; empty if none does.
std::string difference(const Provenance& now, const Provenance& then) {
  const bool portable = value_of(now, "kernels") == "portable";
  for (const auto& [key, value] : now)
    if (!is_circumstance(key, portable) && value_of(then, key) != value) return key;
  return {};
}

}  // namespace

store::TrialRecord to_record(const Checkpoint& checkpoint, Provenance provenance) {
  store::TrialRecord record = to_record(checkpoint.so_far, std::move(provenance));
  record.status = store::Status::running;
  for (const auto& [name, tensor] : checkpoint.lasting) record.weights.push_back({name, to_array(tensor)});
  return record;
}

std::optional<Checkpoint> find_checkpoint(const store::StorePaths& paths, const TrialConfig& trial,
                                          const Provenance& provenance, std::string& why) {
  const auto record = store::read_checkpoint(paths, trial.id, why);
  if (!record) return {};
  if (record->status != store::Status::running || record->steps <= 0 || record->steps >= trial.train.steps)
    why = "it is none of a trial under way";
  else if (record->config != trial.resolved)
    why = "the trial is measured otherwise now";
  else if (const std::string key = difference(provenance, record->provenance); !key.empty())
    why = "it was made with another " + key;
  if (!why.empty()) return {};
  Checkpoint checkpoint;
  checkpoint.so_far.trial = &trial;
  checkpoint.so_far.steps = record->steps;
  checkpoint.so_far.seconds = record->seconds;
  for (const store::Series& series : record->series)
    checkpoint.so_far.series[series.name] = {series.steps, series.values};
  for (const store::Metric& metric : record->metrics)
    checkpoint.so_far.metrics.emplace_back(metric.column, metric.value);
  for (const store::NamedArray& part : record->weights)
    checkpoint.lasting.emplace_back(part.path, to_tensor(part.array));
  return checkpoint;
}

}  // namespace saddle
