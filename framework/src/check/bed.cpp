#include "check/bed.hpp"

#include "check/box.hpp"
#include "config/instantiate.hpp"
#include "config/legality.hpp"
#include "config/parse_trial.hpp"

namespace saddle::check {
namespace {

std::string flow(const std::map<std::string, std::string>& entries) {
  std::string text;
  for (const auto& [key, value] : entries) text += (text.empty() ? "" : ", ") + key + ": " + value;
  return "{" + text + "}";
}

/// Data that a head can make.
std::string data_for(const Head& head) {
  const Interval range = head.range();
  const Support support = head.support();
  const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
  const double width = support.whole && !high ? 5 : 1;
  const double from = low ? range.low : high ? range.high - width : 0, to = high ? range.high : from + width;
  // Rounded down, they keep off the upper end.
  const double end = support.whole && high ? to + 1 : to;
  return fmt::format("{{use: {}, low: {}, high: {}, whole: {}, composition: {}}}", box_name,
                     number_text(from), number_text(support.composition ? to : end), support.whole,
                     support.composition);
}

/// A bed with a head that has a likelihood, for objectives that need one.
std::optional<Bed> with_likelihood(const Subject& subject, const Bed& bed) {
  for (const RegisteredPlugin* plugin : subject.registry->of(Kind::head)) {
    Bed other = bed;
    other.sections["head"] = plugin->name();
    const TrialConfig trial = other.trial(*subject.registry);
    const PluginObject head = instantiate({trial.head.get()}, {options_of(trial)});
    if (!head.as<Head>().has_likelihood()) continue;
    other.sections["data"] = data_for(head.as<Head>());
    if (objection(other.trial(*subject.registry)).empty()) return other;
  }
  return std::nullopt;
}

bool is_network(Kind kind) {
  return kind == Kind::generator || kind == Kind::critic || kind == Kind::encoder;
}

}  // namespace

void Bed::place(const Subject& subject) {
  const Kind kind = subject.plugin->kind();
  const std::string part = part_text(subject);
  const SectionInfo& about = info(section_of(kind));
  if (!about.name.empty()) sections[std::string(about.name)] = about.is_list ? "[" + part + "]" : part;
  for (const TrainPart& one : train_parts)
    if (one.kind == kind) train[std::string(one.key)] = part;
  if (kind == Kind::encoder) sections["objective"] = "vae";
}

TrialConfig Bed::trial(const Registry& registry, uint64_t seed) const {
  std::map<std::string, std::string> all = sections;
  all["train"] = flow(train);
  all["seed"] = std::to_string(seed);
  return parse_trial(flow(all), registry);
}

Bed odd_bed() {
  return {{{"data", "{use: gaussian_mixture, means: [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]], stds: [0.1]}"},
           {"prior", "{use: normal, dim: 3}"},
           {"generator", "{use: mlp, widths: [37, 30]}"},
           {"critic", "{use: mlp, widths: [30, 37]}"},
           {"metrics", "[moments, sliced_wasserstein]"},
           {"measure", "{every: 0, samples: 53}"},
           {"keep", "{samples: 19}"}},
          {{"steps", "7"},
           {"batch", "77"},
           {"critic_steps", "2"},
           {"generator_optimizer", "{use: adam, rate: 0.001}"},
           {"critic_optimizer", "{use: adam, rate: 0.002}"}}};
}

Bed smooth_bed() {
  return {{{"data", "{use: gaussian_mixture, means: [[0, 0], [1, 0.5]], stds: [0.5]}"},
           {"prior", "{use: normal, dim: 2}"},
           {"generator", "{use: mlp, widths: [3], activation: tanh}"},
           {"critic", "{use: mlp, widths: [4], activation: tanh}"},
           {"encoder", "{use: mlp, widths: [4], activation: tanh}"},
           {"measure", "{every: 0, samples: 9}"},
           {"keep", "{samples: 0}"}},
          {{"steps", "10"}, {"batch", "9"}, {"dtype", "float64"}}};
}

Subject odd(const Subject& subject) {
  Subject other = subject;
  if (subject.plugin->schema->find("widths")) other.settings.try_emplace("widths", "[37, 30]");
  if (subject.plugin->schema->find("channels")) other.settings.try_emplace("channels", "13");
  if (subject.plugin->schema->find("blocks")) other.settings.try_emplace("blocks", "2");
  return other;
}

Subject small(const Subject& subject) {
  Subject other = subject;
  if (!is_network(subject.plugin->kind())) return other;
  if (subject.plugin->schema->find("init")) other.settings.try_emplace("init", "fan_in");
  if (subject.plugin->schema->find("widths")) other.settings.try_emplace("widths", "[4, 3]");
  if (subject.plugin->schema->find("channels")) other.settings.try_emplace("channels", "3");
  if (subject.plugin->schema->find("blocks")) other.settings.try_emplace("blocks", "2");
  return other;
}

std::string objection(const TrialConfig& trial) {
  PartObjects objects;
  Legality legality(objects);
  for (const Objection& one : legality.of(trial)) return one.diagnostic.message;
  return {};
}

Placed placed(const Subject& subject, Bed bed) {
  bed.place(subject);
  if (subject.plugin->kind() == Kind::head) {
    const TrialConfig trial = bed.trial(*subject.registry);
    const PluginObject head = instantiate({trial.head.get()}, {options_of(trial)});
    const auto& asked = head.as<Head>();
    ask_plugin(*subject.plugin, [&] {
      if (!asked.range().contains({}) || asked.support().whole || asked.support().composition)
        bed.sections["data"] = data_for(asked);
      // What nobody could train is measured as it is.
      if (asked.discrete() && asked.gradient() == SampleGradient::exact) bed.sections["objective"] = "none";
    });
  }
  const std::string reason = objection(bed.trial(*subject.registry));
  if (reason.empty()) return {std::move(bed), {}};
  if (subject.plugin->kind() == Kind::objective)
    if (std::optional<Bed> other = with_likelihood(subject, bed)) return {std::move(other), {}};
  if (is_network(subject.plugin->kind())) {  // of images, perhaps
    bed.sections["data"] = fmt::format("{{use: {}, shape: [7, 5]}}", box_name);
    if (objection(bed.trial(*subject.registry)).empty()) return {std::move(bed), {}};
  }
  return {std::nullopt, reason};
}

std::string part_text(const Subject& subject) {
  std::string text = "{use: " + subject.plugin->name();
  for (const auto& [name, value] : subject.settings) text += ", " + name + ": " + value;
  return text + "}";
}

at::TensorOptions options_of(const TrialConfig& trial) {
  return at::TensorOptions(trial.train.dtype == "float64" ? at::kDouble : at::kFloat);
}

}  // namespace saddle::check
