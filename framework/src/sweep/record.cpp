#include "sweep/record.hpp"

#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <ATen/Version.h>
#include <ATen/native/DispatchStub.h>
#include <torch/version.h>
#include <saddle/fingerprint.hpp>
#include <saddle/portable.hpp>

#include "lanes/gemm.hpp"
#include "schema/sha256.hpp"
#include "store/digest.hpp"
#include "store/shard.hpp"
#include "sweep/build_info.hpp"

namespace saddle {

namespace {

// Of the repository that the working folder lies in, where the experiment most often lies too. The runner
// asks once and tells its workers.
std::string git_state() {
  if (const char* known = std::getenv("SADDLE_GIT_STATE")) return known;
  std::string state;
  if (FILE* pipe = popen("git describe --always --dirty --abbrev=40 '--exclude=*' 2>/dev/null", "r")) {
    char line[128] = {};
    if (std::fgets(line, sizeof line, pipe)) state = line;
    pclose(pipe);
  }
  while (!state.empty() && state.back() == '\n') state.pop_back();
  if (state.empty()) state = "none";
  setenv("SADDLE_GIT_STATE", state.c_str(), 1);
  return state;
}

// What follows the name in the first line that begins with it.
std::string field_of(const std::filesystem::path& file, std::string_view name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (const auto colon = line.find(':'); line.starts_with(name) && colon != std::string::npos)
      return line.substr(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
  return "unknown";
}

std::string device_name(const std::string& device) {
  if (!device.starts_with("cuda")) return field_of("/proc/cpuinfo", "model name");
  std::error_code none;
  for (const auto& gpu : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none))
    return field_of(gpu.path() / "information", "Model");
  return "unknown";
}

// Its first line: "Intel(R) oneAPI Math Kernel Library Version …".
std::string mkl_version() {
  const std::string text = at::get_mkl_version();
  return text.substr(0, text.find('\n'));
}

// SLEEF is the system's: its versions may differ in last bits. A sum over what its functions give tells them
// apart.
std::string elementary_functions() {
  constexpr std::array<double (*)(double), 20> functions{
      portable::exp,   portable::exp2,  portable::expm1, portable::log,    portable::log2,
      portable::log10, portable::log1p, portable::sin,   portable::cos,    portable::tan,
      portable::sinh,  portable::cosh,  portable::tanh,  portable::asin,   portable::acos,
      portable::atan,  portable::erf,   portable::erfc,  portable::lgamma, portable::tgamma};
  store::Digest digest;
  for (const auto f : functions)
    for (int i = 1; i <= 64; ++i) digest.number(f(i * 0.01543));
  for (int i = 1; i <= 64; ++i) digest.number(portable::pow(i * 0.01543, 1.7));
  return "SLEEF " + digest.hex().substr(0, 12);
}

}  // namespace

std::string value_of(const Provenance& provenance, std::string_view key) {
  for (const auto& [name, value] : provenance)
    if (name == key) return value;
  return {};
}

Provenance process_provenance(const std::string& kernels, const std::string& device) {
  utsname host{};
  uname(&host);
  const BuildInfo build = build_info();
  return {
      {"saddle", build.version},
      {"git_build", build.commit},
      {"git_folder", git_state()},
      {"libtorch", TORCH_VERSION},
      {"mkl", mkl_version()},
      {"hdf5", store::hdf5_version()},
      {"libc", gnu_get_libc_version()},
      {"compiler", build.compiler},
      {"build", build.type},
      {"flags", build.flags},
      {"headers", SADDLE_HEADERS},
      {"kernels", kernels},
      {"products", product_names(kernels)},
      {"elementary", elementary_functions()},
      {"cpu_capability", at::get_cpu_capability()},
      {"blas_threads", "1"},
      {"device", device},
      {"device_name", device_name(device)},
      {"host", host.nodename},
      {"system", std::string(host.sysname) + " " + host.release + " " + host.machine},
  };
}

LibraryHashes hash_libraries(const Registry& registry) {
  LibraryHashes hashes;
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : registry.of(kind))
      if (!plugin->library.empty() && !hashes.contains(plugin->library))
        hashes.emplace(plugin->library, sha256_of_file(plugin->library));
  return hashes;
}

Provenance plugin_provenance(const TrialConfig& trial, const LibraryHashes& hashes) {
  Provenance all;
  const auto add = [&](const PartPtr& part) {
    if (!part || part->plugin->library.empty()) return;
    const std::string key =
        fmt::format("plugin.{}.{}", kind_name(part->plugin->kind()), part->plugin->name());
    if (std::any_of(all.begin(), all.end(), [&](const auto& p) { return p.first == key; })) return;
    const auto hash = hashes.find(part->plugin->library);
    all.emplace_back(key, part->plugin->library.filename().string() +
                              " sha256:" + (hash == hashes.end() ? "unknown" : hash->second));
  };
  for (const auto& part :
       {trial.objective, trial.data, trial.prior, trial.generator, trial.head, trial.critic, trial.encoder,
        trial.divergence, trial.generator_optimizer, trial.critic_optimizer, trial.generator_schedule,
        trial.critic_schedule, trial.dynamics, trial.average, trial.temperature_schedule})
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
    if (store::is_column_of(column, metric->as)) return metric.get();
  return nullptr;
}

using Attributes = std::map<std::string, store::AttributeValue>;

// What a metric's number depends on, but for the kernels.
Attributes attributes_of(const TrialConfig& trial, const PartConfig& metric) {
  return {{"metric", metric.canonical},
          {"samples", trial.measure.samples},
          {"split", std::string("held_out")},
          {"seed", int64_t{0}},
          {"feature_map", std::string("identity")},
          {"version", int64_t{metric.plugin->schema->version()}}};
}

}  // namespace

std::vector<store::Metric> to_metrics(const TrialConfig& trial,
                                      const std::vector<std::pair<std::string, double>>& values,
                                      const std::string& kernels) {
  std::vector<store::Metric> all;
  for (const auto& [column, value] : values) {
    const PartConfig* metric = metric_of(trial, column);
    Attributes attributes = metric ? attributes_of(trial, *metric) : Attributes();
    attributes["kernels"] = kernels;
    all.push_back({column, value, std::move(attributes)});
  }
  return all;
}

bool is_measured_as(const TrialConfig& trial, const PartConfig& metric, const store::Metric& stored) {
  const Attributes wanted = attributes_of(trial, metric);
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& attribute) {
    const auto found = stored.attributes.find(attribute.first);
    return found != stored.attributes.end() && found->second == attribute.second;
  });
}

std::vector<PartPtr> metrics_to_measure(const TrialConfig& trial, const std::vector<store::Metric>& stored) {
  std::vector<PartPtr> missing;
  for (const PartPtr& metric : trial.metrics)
    if (std::none_of(stored.begin(), stored.end(), [&](const store::Metric& m) {
          return store::is_column_of(m.column, metric->as) && is_measured_as(trial, *metric, m);
        }))
      missing.push_back(metric);
  return missing;
}

namespace {

store::Status status_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return store::Status::done;
    case Outcome::collapsed:
      return store::Status::collapsed;
    case Outcome::dead_critic:
      return store::Status::dead_critic;
    case Outcome::stalled:
      return store::Status::stalled;
    case Outcome::diverged:
      return store::Status::diverged;
    case Outcome::interrupted:
      break;
  }
  return store::Status::interrupted;
}

}  // namespace

store::TrialRecord to_record(const TrialResult& result, Provenance provenance) {
  const TrialConfig& trial = *result.trial;
  store::TrialRecord record;
  record.id = trial.id;
  record.status = status_of(result.outcome);
  record.reason = result.reason;
  record.reason_step = result.reason_step;
  record.seed = trial.seed;
  record.steps = result.steps;
  record.seconds = result.seconds;
  record.config = trial.resolved;
  for (const auto& [name, curve] : result.series) record.series.push_back({name, curve.steps, curve.values});
  record.metrics = to_metrics(trial, result.metrics, value_of(provenance, "kernels"));
  for (const auto& [path, tensor] : result.weights) record.weights.push_back({path, to_array(tensor)});
  for (const auto& [path, tensor] : result.averaged_weights)
    record.averaged_weights.push_back({path, to_array(tensor)});
  if (result.samples.defined()) record.samples = to_array(result.samples);
  record.provenance = std::move(provenance);
  return record;
}

}  // namespace saddle
