#include "sweep/record.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <ATen/Version.h>
#include <ATen/native/DispatchStub.h>
#include <torch/version.h>

#include "config/sha256.hpp"

#ifndef SADDLE_VERSION
#define SADDLE_VERSION "unknown"
#endif

namespace saddle {

namespace {

// Of the sources, as they are now; the runner asks once and tells its workers.
std::string git_state() {
  if (const char* known = std::getenv("SADDLE_GIT_STATE")) return known;
  std::string state;
  if (FILE* pipe =
          popen("git -C '" SADDLE_SOURCE_FOLDER "' describe --always --dirty --abbrev=40 2>/dev/null", "r")) {
    char line[128] = {};
    if (std::fgets(line, sizeof line, pipe)) state = line;
    pclose(pipe);
  }
  while (!state.empty() && state.back() == '\n') state.pop_back();
  if (state.empty()) state = "unknown";
  setenv("SADDLE_GIT_STATE", state.c_str(), 1);
  return state;
}

}  // namespace

Provenance process_provenance(const std::string& kernels, const std::string& device) {
  utsname host{};
  uname(&host);
  return {
      {"saddle", SADDLE_VERSION},
      {"git", git_state()},
      {"libtorch", TORCH_VERSION},
      {"compiler", __VERSION__},
      {"build", SADDLE_BUILD_TYPE},
      {"kernels", kernels},
      {"cpu_capability", at::get_cpu_capability()},
      {"blas_threads", "1"},
      {"device", device},
      {"host", host.nodename},
      {"system", std::string(host.sysname) + " " + host.release + " " + host.machine},
  };
}

Provenance plugin_provenance(const TrialConfig& trial) {
  Provenance all;
  const auto add = [&](const PartPtr& part) {
    if (!part || part->plugin->library.empty()) return;
    const std::string key =
        fmt::format("plugin.{}.{}", kind_name(part->plugin->kind()), part->plugin->name());
    if (std::any_of(all.begin(), all.end(), [&](const auto& p) { return p.first == key; })) return;
    all.emplace_back(
        key, part->plugin->library.filename().string() + " sha256:" + sha256_of_file(part->plugin->library));
  };
  for (const auto& part :
       {trial.objective, trial.data, trial.prior, trial.generator, trial.head, trial.critic, trial.encoder,
        trial.divergence, trial.generator_optimizer, trial.critic_optimizer})
    add(part);
  for (const auto* list : {&trial.penalties, &trial.constraints, &trial.metrics})
    for (const auto& part : *list) add(part);
  return all;
}

store::Array to_array(const at::Tensor& tensor) {
  const at::Tensor t = tensor.to(at::kCPU).contiguous();
  store::Array array{t.sizes().vec(), std::vector<float>()};
  const auto n = static_cast<size_t>(t.numel());
  if (t.scalar_type() == at::kFloat) {
    array.data = std::vector<float>(t.const_data_ptr<float>(), t.const_data_ptr<float>() + n);
  } else {
    const at::Tensor d = t.to(at::kDouble);
    array.data = std::vector<double>(d.const_data_ptr<double>(), d.const_data_ptr<double>() + n);
  }
  return array;
}

at::Tensor to_tensor(const store::Array& array) {
  return std::visit(
      [&](const auto& data) {
        using T = typename std::decay_t<decltype(data)>::value_type;
        at::Tensor t = at::empty(array.shape, std::is_same_v<T, float> ? at::kFloat : at::kDouble);
        std::copy(data.begin(), data.end(), t.mutable_data_ptr<T>());
        return t;
      },
      array.data);
}

namespace {

// The metric whose columns are `name` and `name.…`.
const PartConfig* metric_of(const TrialConfig& trial, const std::string& column) {
  for (const PartPtr& metric : trial.metrics)
    if (column == metric->as || column.starts_with(metric->as + ".")) return metric.get();
  return nullptr;
}

std::map<std::string, store::AttributeValue> attributes_of(const TrialConfig& trial,
                                                           const PartConfig& metric) {
  return {{"metric", metric.canonical},
          {"samples", trial.measure.samples},
          {"split", std::string("held_out")},
          {"seed", int64_t{0}},
          {"feature_map", std::string("identity")},
          {"version", int64_t{metric.plugin->schema->version()}}};
}

}  // namespace

std::vector<store::Metric> to_metrics(const TrialConfig& trial,
                                      const std::vector<std::pair<std::string, double>>& values) {
  std::vector<store::Metric> all;
  for (const auto& [column, value] : values) {
    const PartConfig* metric = metric_of(trial, column);
    all.push_back(
        {column, value, metric ? attributes_of(trial, *metric) : decltype(store::Metric::attributes){}});
  }
  return all;
}

bool metrics_are_complete(const TrialConfig& trial, const std::vector<store::Metric>& stored) {
  return std::all_of(trial.metrics.begin(), trial.metrics.end(), [&](const PartPtr& metric) {
    const auto wanted = attributes_of(trial, *metric);
    return std::any_of(stored.begin(), stored.end(), [&](const store::Metric& m) {
      return metric_of(trial, m.column) == metric.get() && m.attributes == wanted;
    });
  });
}

store::TrialRecord to_record(const TrialResult& result, Provenance provenance) {
  const TrialConfig& trial = *result.trial;
  store::TrialRecord record;
  record.id = trial.id;
  record.status = result.outcome == Outcome::done       ? store::Status::done
                  : result.outcome == Outcome::diverged ? store::Status::diverged
                                                        : store::Status::interrupted;
  record.reason = result.reason;
  record.reason_step = result.steps;
  record.seed = trial.seed;
  record.steps = result.steps;
  record.seconds = result.seconds;
  record.config = trial.resolved;
  for (const auto& [name, curve] : result.series) record.series.push_back({name, curve.steps, curve.values});
  record.metrics = to_metrics(trial, result.metrics);
  for (const auto& [path, tensor] : result.weights) record.weights.push_back({path, to_array(tensor)});
  for (const auto& [path, tensor] : result.averaged_weights)
    record.averaged_weights.push_back({path, to_array(tensor)});
  if (result.samples.defined()) record.samples = to_array(result.samples);
  record.provenance = std::move(provenance);
  for (auto& entry : plugin_provenance(trial)) record.provenance.push_back(std::move(entry));
  return record;
}

}  // namespace saddle
