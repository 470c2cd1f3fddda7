#include "sweep/measure_stored.hpp"

#include "game/measure.hpp"
#include "store/shard.hpp"
#include "sweep/record.hpp"

namespace saddle {
namespace {

void restore(Network& network, const store::TrialRecord& record) {
  for (size_t i = 0; i < network.slots().size(); ++i) {
    const std::string path = network.role() + "/" + network.slots()[i].name;
    const auto found = std::find_if(record.weights.begin(), record.weights.end(),
                                    [&](const store::NamedArray& w) { return w.path == path; });
    if (found == record.weights.end())
      throw UserError(
          fmt::format("trial {} keeps no weights of {}: what was not kept can't be measured again; "
                      "train it with keep: {{weights: final}}",
                      record.id, path));
    network.set_parameter(i, 0, to_tensor(found->array));
  }
}

}  // namespace

void measure_stored(const store::StorePaths& paths, const TrialConfig& trial, const SharedData& data) {
  store::TrialRecord record = store::read_shard(paths.shard(trial.id));
  const auto options =
      at::TensorOptions(at::kCPU).dtype(trial.train.dtype == "float64" ? at::kDouble : at::kFloat);
  const TrialConfig* const one = &trial;
  const Assembly assembly(std::span(&one, 1), options, data);
  const Streams streams({trial.seed}, options);
  Networks networks;
  for (const auto& [kind, declared] : assembly.networks()) {
    if (kind != Kind::generator && kind != Kind::head) continue;
    Network network(std::string(kind_name(kind)), declared, streams);
    restore(network, record);
    networks.emplace(kind, std::move(network));
  }
  std::vector<std::pair<std::string, double>> values;
  for (const MeasuredColumn& column : Measure(assembly, trial.measure.samples, options).columns(networks, 1))
    values.emplace_back(column.name, column.values[0]);
  // Metrics of a trial that diverged say nothing.
  if (record.status == store::Status::diverged)
    for (auto& [name, value] : values) value = std::numeric_limits<double>::quiet_NaN();
  put_metrics(record, to_metrics(trial, values));
  record.config = trial.resolved;
  store::write_shard(paths, record);
}

}  // namespace saddle
