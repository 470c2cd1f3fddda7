// A lane's result does not depend on its neighbours, bit for bit on the CPU: every registered plugin, with
// odd batches and widths, alone, in groups of 3 and in one of 16.
#include <ATen/Parallel.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "catch.hpp"
#include "config/parse_trial.hpp"
#include "config/settings.hpp"
#include "game/trainer.hpp"
#include "plugin/loader.hpp"

using namespace saddle;
namespace fs = std::filesystem;

namespace {

const Registry& registry() {
  static const Registry all = [] {
    at::set_num_threads(1);
    Registry loaded;
    load_plugins(loaded, std::getenv("SADDLE_PLUGINS_DIR"));
    return loaded;
  }();
  return all;
}

using Sections = std::map<std::string, std::string>;  // section -> YAML

// A trial that uses the plugin, at sizes that are no multiple of anything.
Sections trial_with(const RegisteredPlugin& plugin) {
  Sections s{{"data", "{use: gaussian_mixture, means: [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]], stds: [0.1]}"},
             {"prior", "{use: normal, dim: 3}"},
             {"generator", "{use: mlp, widths: [37, 30]}"},
             {"critic", "{use: mlp, widths: [30, 37]}"},
             {"generator_optimizer", "{use: adam, rate: 0.001}"},
             {"critic_optimizer", "{use: adam, rate: 0.002}"},
             {"metrics", "[moments, sliced_wasserstein]"},
             {"batch", "77"}};
  const std::string name = plugin.name();
  switch (plugin.kind()) {
    case Kind::data:
      if (name == "csv" || name == "npy") {
        const char* source = std::getenv("SADDLE_SOURCE");
        s["data"] = fmt::format("{{use: {}, path: '{}/tests/fixtures/points.{}'}}", name,
                                source ? source : ".", name);
      } else if (name != "gaussian_mixture") {
        s["data"] = name;
      }
      break;
    case Kind::prior:
      s["prior"] = fmt::format("{{use: {}, dim: 3}}", name);
      break;
    case Kind::generator:
      s["generator"] = name == "mlp" ? s["generator"] : name;
      break;
    case Kind::head:
      s["head"] = name;
      if (plugin.name() != "linear") s["data"] = "{use: digits}";  // its range fits into theirs
      break;
    case Kind::critic:
      s["critic"] = name == "mlp" ? s["critic"] : name;
      break;
    case Kind::encoder:
      s["objective"] = "vae";
      s["encoder"] = fmt::format("{{use: {}, widths: [37, 30]}}", name);
      break;
    case Kind::divergence:
      s["divergence"] = name;
      break;
    case Kind::penalty:
      s["penalties"] = "[" + name + "]";
      break;
    case Kind::constraint:
      s["constraints"] = "[" + name + "]";
      break;
    case Kind::optimizer:
      s["generator_optimizer"] = s["critic_optimizer"] = fmt::format("{{use: {}, rate: 0.001}}", name);
      break;
    case Kind::metric:
      s["metrics"] = "[" + name + "]";
      s["data"] = "{use: ring, std: 0.3}";
      break;
    case Kind::objective:
      s["objective"] = name;
      break;
    case Kind::dynamics:
      s["dynamics"] = name;
      break;
    case Kind::schedule:
      s["generator_schedule"] = s["critic_schedule"] = fmt::format("{{use: {}, warmup: 3}}", name);
      break;
    case Kind::average:
      s["average"] = name;
      break;
  }
  if (plugin.kind() == Kind::head && plugin.name() == "tanh") s["data"] = "{use: digits, scale: symmetric}";
  return s;
}

TrialConfig make_trial(const Sections& s, uint64_t seed, const std::string& dtype) {
  std::string line =
      fmt::format("{{seed: {}, measure: {{every: 0, samples: 53}}, keep: {{samples: 19}}", seed);
  std::string train =
      fmt::format("train: {{steps: 7, batch: {}, critic_steps: 2, dtype: {}", s.at("batch"), dtype);
  for (const auto& [section, text] : s) {
    if (section == "batch") continue;
    const bool in_train = std::any_of(std::begin(train_parts), std::end(train_parts),
                                      [&](const TrainPart& part) { return part.key == section; });
    (in_train ? train : line) += fmt::format(", {}: {}", section, text);
  }
  return parse_trial(line + ", " + train + "}}", registry());
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0;
}

std::string difference(const TrialResult& a, const TrialResult& b) {
  if (a.outcome != b.outcome || a.steps != b.steps) return "they end differently";
  for (size_t i = 0; i < a.weights.size(); ++i)
    if (!same_bits(a.weights[i].second, b.weights[i].second)) return "weights " + a.weights[i].first;
  if (!same_bits(a.samples, b.samples)) return "samples";
  for (size_t i = 0; i < a.metrics.size(); ++i)
    if (std::memcmp(&a.metrics[i].second, &b.metrics[i].second, sizeof(double)) != 0)
      return fmt::format("metric {}: {} and {}", a.metrics[i].first, a.metrics[i].second,
                         b.metrics[i].second);
  for (const auto& [name, curve] : a.series)
    if (std::memcmp(curve.values.data(), b.series.at(name).values.data(),
                    curve.values.size() * sizeof(double)) != 0)
      return "series " + name;
  return {};
}

std::map<uint64_t, TrialResult> run_in_groups(const std::vector<TrialConfig>& trials, size_t lanes,
                                              const SharedData& data) {
  std::map<uint64_t, TrialResult> results;
  for (size_t begin = 0; begin < trials.size(); begin += lanes) {
    std::vector<const TrialConfig*> group;
    for (size_t i = begin; i < std::min(begin + lanes, trials.size()); ++i) group.push_back(&trials[i]);
    Trainer(group, data)
        .run([](int64_t) { return true; }, [&](const TrialResult& r) { results[r.trial->seed] = r; });
  }
  return results;
}

}  // namespace

TEST_CASE("a lane's bits do not depend on its neighbours, whichever plugin is used") {
  for (const std::string dtype : {"float32", "float64"})
    for (const Kind kind : all_kinds())
      for (const RegisteredPlugin* plugin : registry().of(kind)) {
        INFO(kind_name(kind) << " " << plugin->name() << ", " << dtype);
        std::vector<TrialConfig> trials;
        for (uint64_t seed = 0; seed < 16; ++seed)
          trials.push_back(make_trial(trial_with(*plugin), seed, dtype));
        const SharedData data =
            load_data(*trials[0].data, {at::TensorOptions(dtype == "float64" ? at::kDouble : at::kFloat)});
        const auto alone = run_in_groups(trials, 1, data);
        for (const size_t lanes : {size_t{3}, size_t{16}}) {
          const auto together = run_in_groups(trials, lanes, data);
          for (const auto& [seed, result] : alone) {
            INFO("seed " << seed << " in groups of " << lanes);
            CHECK(difference(result, together.at(seed)) == "");
          }
        }
      }
}

TEST_CASE("lanes with rates of their own give the bits that they give alone") {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    Sections s = trial_with(*registry().find(Kind::divergence, "gan"));
    s["generator_optimizer"] = fmt::format("{{use: adam, rate: {}}}", 0.001 * static_cast<double>(seed + 1));
    trials.push_back(make_trial(s, seed, "float32"));
  }
  REQUIRE(trials[0].structural == trials[1].structural);
  REQUIRE(trials[0].id != trials[1].id);
  const SharedData data = load_data(*trials[0].data, {at::TensorOptions(at::kFloat)});
  const auto alone = run_in_groups(trials, 1, data), together = run_in_groups(trials, 3, data);
  for (const auto& [seed, result] : alone) CHECK(difference(result, together.at(seed)) == "");
}

TEST_CASE("a lane that diverges ends there, and its neighbours go on as if it had not been there") {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    Sections s = trial_with(*registry().find(Kind::divergence, "kl"));
    s["critic_optimizer"] = fmt::format("{{use: sgd, rate: {}}}", seed == 1 ? 1e30 : 0.001);
    trials.push_back(make_trial(s, seed, "float32"));
  }
  const SharedData data = load_data(*trials[0].data, {at::TensorOptions(at::kFloat)});
  const auto alone = run_in_groups(trials, 1, data), together = run_in_groups(trials, 3, data);
  CHECK(together.at(1).outcome == Outcome::diverged);
  CHECK(together.at(1).steps < 7);
  CHECK(together.at(1).reason != "");
  for (const uint64_t seed : {uint64_t{0}, uint64_t{2}}) {
    CHECK(together.at(seed).outcome == Outcome::done);
    CHECK(difference(alone.at(seed), together.at(seed)) == "");
  }
  CHECK(difference(alone.at(1), together.at(1)) == "");
}
