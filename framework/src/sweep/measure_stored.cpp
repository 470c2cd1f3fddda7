#include "sweep/measure_stored.hpp"

#include "game/measure.hpp"
#include "store/shard.hpp"
#include "sweep/redefined.hpp"

namespace saddle {
namespace {

at::Tensor stored(const store::TrialRecord& record, bool averaged, const std::string& path) {
  for (const store::NamedArray& weight : averaged ? record.averaged_weights : record.weights)
    if (weight.path == path) return to_tensor(weight.array);
  throw UserError(
      fmt::format("trial {} keeps no weights of {}: what was not kept can't be measured again; train it "
                  "with keep: {{weights: final}}",
                  record.id, path));
}

// As the trial was measured: from its averaged weights if it has some.
void restore(Network& network, const store::TrialRecord& record, bool averaged) {
  for (size_t i = 0; i < network.slots().size(); ++i)
    network.set_parameter(i, 0, stored(record, averaged, network.role() + "/" + network.slots()[i].name));
  for (size_t i = 0; i < network.state_slots().size(); ++i)
    network.set_state(i, 0, stored(record, averaged, network.state_path(i)));
}

std::vector<std::pair<std::string, double>> measure_weights(const store::TrialRecord& record,
                                                            const TrialConfig& trial, const SharedData& data,
                                                            at::Device device) {
  const auto options =
      at::TensorOptions(device).dtype(trial.train.dtype == "float64" ? at::kDouble : at::kFloat);
  const TrialConfig* const one = &trial;
  const Assembly assembly(std::span(&one, 1), options, data);
  const Streams streams({trial.seed}, options);
  Networks networks = make_networks(assembly, streams);
  for (auto& [kind, network] : networks) restore(network, record, assembly.average().keeps());
  std::vector<std::pair<std::string, double>> values;
  const Measure measure(assembly, trial, options);
  for (const MeasuredColumn& column :
       measure.columns(networks, measure.samples(networks, 1, trial.train.steps), trial.train.steps))
    values.emplace_back(column.name, column.values[0]);
  // Metrics of a trial that diverged say nothing; those of other results stand.
  if (record.status == store::Status::diverged)
    for (auto& [name, value] : values) value = std::numeric_limits<double>::quiet_NaN();
  return values;
}

// What measured last goes before what measured or trained earlier.
void put_provenance(store::TrialRecord& record, const Provenance& entries) {
  for (const auto& entry : entries) {
    std::erase_if(record.provenance, [&](const auto& old) { return old.first == entry.first; });
    record.provenance.push_back(entry);
  }
}

}  // namespace

void measure_stored(const MeasureSettings& settings, const TrialConfig& trial, const SharedData& data) {
  store::TrialRecord record = store::read_shard(settings.store.shard(trial.id));
  set_aside_redefined(record, trial);
  TrialConfig missing = trial;  // the numbers that are there stay, with the kernels that they came from
  missing.metrics = metrics_to_measure(trial, record.metrics);
  if (!missing.metrics.empty()) {
    const auto values = measure_weights(record, missing, data, settings.device);
    put_metrics(record, to_metrics(missing, values, settings.kernels));
    TrialConfig parts;
    parts.metrics = missing.metrics;
    put_provenance(record, plugin_provenance(parts, settings.libraries));
  }
  record.config = trial.resolved;
  store::write_shard(settings.store, record);
}

}  // namespace saddle
