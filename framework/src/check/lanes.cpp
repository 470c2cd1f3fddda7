// A lane's result does not depend on its neighbours, bit for bit on the CPU: sixteen trials alone, in groups
// of three and all together, at odd sizes, in both dtypes.
#include "check/bed.hpp"
#include "check/box.hpp"
#include "check/same_bits.hpp"
#include "config/instantiate.hpp"
#include "config/yaml_reader.hpp"
#include "game/trainer.hpp"

namespace saddle::check {
namespace {

constexpr uint64_t trials_count = 16;

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

/// The plugin's parameters that may differ from lane to lane, a little different for every trial.
Subject varied(const Subject& subject, uint64_t trial) {
  Subject other = subject;
  for (const ParamSpec& spec : subject.plugin->schema->params()) {
    if (!spec.per_lane) continue;
    const auto given = subject.settings.find(spec.name);
    const std::string text = given == subject.settings.end() ? spec.initial : given->second;
    const double middle = read_yaml_text(std::make_shared<Source>(Source{"setting", text}))->real;
    const double share = static_cast<double>(trial) / 100;
    const double value = middle == 0 ? share : middle * (1 - share);
    if (spec.range.contains(value)) other.settings[spec.name] = number_text(value);
  }
  return other;
}

/// The beds to try the plugin in. A metric has different things to say in different ones.
std::vector<Bed> beds(const Subject& subject) {
  Bed plane = odd_bed();
  if (subject.plugin->kind() != Kind::metric) return {plane};
  Bed line = plane;
  line.sections["data"] = "{use: gaussian_mixture, means: [0.3], stds: [0.5]}";
  line.sections["prior"] = "{use: normal, dim: 1}";
  line.sections["generator"] = "affine";
  line.sections["critic"] = "{use: mlp, widths: [5]}";
  const auto with = [&](const char* data) {
    Bed bed = plane;
    bed.sections["data"] = data;
    return bed;
  };
  // Sequences, compositions, samples that are kept: only some metrics have anything to say of those.
  return {plane, line, with("{use: coding_sequences, codons: 1}"), with("{use: dirichlet, alpha: [1, 2, 3]}"),
          with(("{use: " + std::string(box_name) + "}").c_str())};
}
constexpr size_t usual_beds = 2;

struct Comparison {
  std::string difference;    ///< empty: none
  bool has_metrics = false;  ///< that are not NaN: of those nothing could differ
};

Comparison compare(const Subject& subject, const Bed& bed) {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < trials_count; ++seed) {
    Bed own = bed;
    own.place(varied(subject, seed));
    trials.push_back(own.trial(*subject.registry, seed));
  }
  const SharedData data = load_data(*trials[0].data, {options_of(trials[0])});
  const auto alone = run_in_groups(trials, 1, data);
  const auto& metrics = alone.at(0).metrics;
  const bool defined = std::any_of(metrics.begin(), metrics.end(),
                                   [](const auto& metric) { return !std::isnan(metric.second); });
  for (const size_t group : {size_t{3}, size_t{trials_count}}) {
    const auto together = run_in_groups(trials, group, data);
    for (const auto& [seed, one] : alone)
      if (const std::string what = difference(one, together.at(seed)); !what.empty())
        return {fmt::format("a trial among {} gives other numbers than alone: {}, {}", group, what,
                            trials[0].train.dtype),
                defined};
  }
  return {{}, defined};
}

}  // namespace

Finding lanes(const Subject& given) {
  const Subject subject = odd(given);
  bool compared = false;
  std::string reason = "all that it says is NaN";
  const std::vector<Bed> all = beds(subject);
  for (size_t i = 0; i < all.size() && (i < usual_beds || !compared); ++i) {
    const Placed place = placed(subject, all[i]);
    if (!place.bed) {
      reason = place.reason;
      continue;
    }
    for (const char* dtype : {"float32", "float64"}) {
      Bed own = *place.bed;
      own.train["dtype"] = dtype;
      if (subject.plugin->kind() != Kind::metric) own.train["steps"] = "14";  // enough to be trained by tapes
      const Comparison found = compare(subject, own);
      if (!found.difference.empty())
        return {Verdict::failed, found.difference +
                                     ". Never mix axis 0, and take sums, products, sigmoid and softplus from "
                                     "saddle/ops.hpp"};
      compared = compared || found.has_metrics;
    }
  }
  if (!compared) return {Verdict::skipped, "not with what it's tried beside: " + reason};
  return {Verdict::ok, "16 trials have the same bits alone, by threes and together, in float32 and float64"};
}

}  // namespace saddle::check
