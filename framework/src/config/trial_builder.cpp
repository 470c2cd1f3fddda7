#include "config/trial_builder.hpp"

#include <algorithm>
#include <span>

#include "config/instantiate.hpp"
#include "schema/sha256.hpp"

namespace saddle {
namespace {

struct Single {
  Kind kind;
  PartPtr TrialConfig::*part;
};
/// The objective first: it says which of the others are used.
constexpr Single singles[] = {
    {Kind::objective, &TrialConfig::objective}, {Kind::data, &TrialConfig::data},
    {Kind::prior, &TrialConfig::prior},         {Kind::generator, &TrialConfig::generator},
    {Kind::head, &TrialConfig::head},           {Kind::critic, &TrialConfig::critic},
    {Kind::encoder, &TrialConfig::encoder},     {Kind::divergence, &TrialConfig::divergence}};
struct List {
  Kind kind;
  std::vector<PartPtr> TrialConfig::*parts;
};
constexpr List lists[] = {{Kind::constraint, &TrialConfig::constraints},
                          {Kind::penalty, &TrialConfig::penalties},
                          {Kind::metric, &TrialConfig::metrics}};
constexpr PartPtr TrialConfig::*train_part_of[] = {
    &TrialConfig::generator_optimizer, &TrialConfig::critic_optimizer, &TrialConfig::generator_schedule,
    &TrialConfig::critic_schedule,     &TrialConfig::dynamics,         &TrialConfig::average,
    &TrialConfig::temperature_schedule};
static_assert(std::size(train_part_of) == std::size(train_parts));
/// What only a critic gives a meaning to.
constexpr const char* critic_settings[] = {"packing", "critic_steps", "turns", "first", "critic_clip_norm"};

std::string list_text(const std::vector<PartPtr>& list, std::string PartConfig::*text) {
  std::string result = "[";
  for (const PartPtr& part : list) result += (result.size() > 1 ? ", " : "") + (*part).*text;
  return result + "]";
}

bool among(const std::vector<Kind>& kinds, Kind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

const PluginObject& PartObjects::of(const PartPtr& part) {
  std::unique_ptr<PluginObject>& object = objects_[part];
  if (!object) {
    object = ask_plugin(*part->plugin, [&] {
      return std::make_unique<PluginObject>(
          instantiate({part.get()}, {at::TensorOptions().dtype(at::kDouble)}));
    });
  }
  return *object;
}

struct TrialBuilder::Read {
  std::shared_ptr<const Train> train;
  std::shared_ptr<const SectionConfig<MeasureConfig>> measure;
  std::shared_ptr<const SectionConfig<KeepConfig>> keep;
  TrialConfig trial;
  bool uses_critic = false, uses_generator = false;
  std::map<std::string, std::string> train_changed, train_all;  ///< without what nothing uses
};

std::shared_ptr<const TrialBuilder::Train> TrialBuilder::train(const ValuePtr& value, bool complete) {
  const auto known = trains_[complete].find(value);
  if (known != trains_[complete].end()) return known->second;
  auto result = std::make_shared<Train>();
  std::vector<std::string> keys;
  for (const TrainPart& about : train_parts) keys.emplace_back(about.key);
  bool right = read_section(value, "train", keys, parts_.context().mistakes, result->section);
  if (!value || value->is(Value::Kind::map)) {
    for (const TrainPart& about : train_parts) {
      const std::string key(about.key);
      const ValuePtr given = value ? value->find(key) : nullptr;
      PartPtr part = parts_.part(about.kind, given, "train." + key, about.default_use, complete);
      right = right && part;
      result->parts.push_back(std::move(part));
    }
  }
  return trains_[complete][value] = right ? result : nullptr;
}

template <class T>
std::shared_ptr<const SectionConfig<T>> TrialBuilder::section(const ValuePtr& value,
                                                              const std::string& name) {
  auto& cache = [this]() -> auto& {
    if constexpr (std::is_same_v<T, MeasureConfig>)
      return measures_;
    else
      return keeps_;
  }
  ();
  const auto known = cache.find(value);
  if (known != cache.end()) return known->second;
  auto result = std::make_shared<SectionConfig<T>>();
  const bool right = read_section(value, name, {}, parts_.context().mistakes, *result);
  return cache[value] = right ? result : nullptr;
}

std::optional<uint64_t> TrialBuilder::seed(const ValuePtr& value) {
  if (!value) return 0;
  if (value->is(Value::Kind::integer) && value->integer >= 0) return static_cast<uint64_t>(value->integer);
  parts_.context().mistakes.add(value->place, "seed",
                                "expected an integer, at least 0, not " + value->describe(),
                                "seed: what every random number of a trial follows from, default 0.");
  return std::nullopt;
}

bool TrialBuilder::read(const Settings& settings, bool complete, Read& result) {
  bool right = true;
  for (const Single& one : singles) {
    const ValuePtr& value = settings[section_of(one.kind)];
    if (!value) continue;  // a default, made where it is used
    const SectionInfo& about = info(section_of(one.kind));
    PartPtr part = parts_.part(one.kind, value, std::string(about.name), about.default_use, complete);
    right = right && part;
    result.trial.*one.part = std::move(part);
  }
  for (size_t i = 0; i < std::size(lists); ++i) {
    const Section section = section_of(lists[i].kind);
    const auto [known, added] = lists_[i][complete].try_emplace(settings[section]);
    if (added) {
      bool good = true;
      std::vector<PartPtr> list =
          parts_.list(lists[i].kind, settings[section], std::string(info(section).name), complete, good);
      if (good) known->second = std::move(list);
    }
    right = right && known->second;
    if (known->second) result.trial.*lists[i].parts = *known->second;
  }
  result.train = train(settings[Section::train], complete);
  result.measure = section<MeasureConfig>(settings[Section::measure], "measure");
  result.keep = section<KeepConfig>(settings[Section::keep], "keep");
  const std::optional<uint64_t> number = seed(settings[Section::seed]);
  if (number) result.trial.seed = *number;
  return right && result.train && result.measure && result.keep && number;
}

void TrialBuilder::check(const Settings& settings) {
  Read ignored;
  read(settings, false, ignored);
}

std::optional<TrialConfig> TrialBuilder::build(const Settings& settings) {
  Read result;
  bool right = read(settings, true, result);
  TrialConfig& trial = result.trial;
  auto complete = [&](const Single& one) {  // the default of a part that is used
    const SectionInfo& about = info(section_of(one.kind));
    if (trial.*one.part || settings[section_of(one.kind)]) return;
    if (about.default_use.empty()) {
      if (!parts_.context().base_is_whole) return void(right = false);
      parts_.context().mistakes.add(
          parts_.context().base_place, std::string(about.name), "the trial needs " + std::string(about.name),
          "data: where real samples come from; `saddle plugins data` lists what there is.");
    } else {
      trial.*one.part = parts_.part(one.kind, nullptr, std::string(about.name), about.default_use, true);
    }
    right = right && trial.*one.part;
  };
  complete(singles[0]);
  if (!trial.objective) return std::nullopt;
  const auto [uses, added] = uses_.try_emplace(trial.objective);
  if (added) {
    const auto& objective = objects_.of(trial.objective).as<Objective>();
    uses->second = ask_plugin(*trial.objective->plugin, [&] { return objective.uses(); });
  }
  for (const Single& one : std::span(singles).subspan(1)) {
    if (among(uses->second, one.kind)) complete(one);
  }
  if (!right) return std::nullopt;
  for (const Single& one : std::span(singles).subspan(1)) {
    if (!among(uses->second, one.kind)) trial.*one.part = nullptr;
  }
  drop_unused(result, trial);
  write_texts(result, trial);
  return std::move(trial);
}

void TrialBuilder::drop_unused(Read& result, TrialConfig& trial) {
  result.uses_critic = trial.critic != nullptr;
  if (trial.critic && trial.divergence) {
    const auto& divergence = objects_.of(trial.divergence).as<Divergence>();
    result.uses_critic = ask_plugin(*trial.divergence->plugin, [&] { return divergence.uses_critic(); });
  }
  result.uses_generator = trial.generator || trial.encoder;
  trial.train = result.train->section.values;
  trial.measure = result.measure->values;
  trial.keep = result.keep->values;
  for (size_t i = 0; i < std::size(train_parts); ++i) trial.*train_part_of[i] = result.train->parts[i];
  result.train_changed = result.train->section.changed;
  result.train_all = result.train->section.all;
  if (!result.uses_generator) trial.generator_optimizer = trial.generator_schedule = nullptr;
  const bool temperature =
      (trial.head && ask_plugin(*trial.head->plugin,
                                [&] { return objects_.of(trial.head).as<Head>().has_temperature(); })) ||
      (trial.generator && ask_plugin(*trial.generator->plugin, [&] {
         return objects_.of(trial.generator).as<Generator>().has_temperature();
       }));
  if (!temperature) trial.temperature_schedule = nullptr;
  auto leave_out = [&](const char* key) {
    const ParamSpec* spec = section_schema<TrainConfig>().find(key);
    spec->assign(&trial.train, {nullptr}, {});
    result.train_changed.erase(key);
    result.train_all[key] = spec->initial;
  };
  if (result.uses_critic) return;
  trial.critic = trial.critic_optimizer = trial.critic_schedule = nullptr;
  trial.constraints.clear();
  trial.penalties.clear();
  for (const char* key : critic_settings) leave_out(key);
}

void TrialBuilder::write_texts(const Read& result, TrialConfig& trial) const {
  std::map<std::string, std::string> canonical, train = result.train_changed;
  std::string all_train = "{", resolved = "{", structural, written, sha256;
  for (const auto& [key, text] : result.train_all)
    all_train += (all_train.size() > 1 ? ", " : "") + key + ": " + text;
  train["version"] = std::to_string(static_cast<const SchemaBase&>(section_schema<TrainConfig>()).version());
  structural = flow_map(train);
  auto note = [](std::string& map, const PartPtr& part, const std::string& param, const std::string& text) {
    map += (map.empty() ? "" : ", ") + scalar_text(part->path + "." + param) + ": " + scalar_text(text);
  };
  auto note_paths = [&](const PartPtr& part) {
    for (const auto& [param, text] : part->written) note(written, part, param, text);
    for (const auto& [param, content] : part->contents) note(sha256, part, param, content.sha256);
  };
  for (const Single& one : singles) {
    const PartPtr& part = trial.*one.part;
    if (!part) continue;
    const std::string name(info(section_of(one.kind)).name);
    canonical[name] = part->canonical;
    structural += " " + name + part->structural;
    resolved += (resolved.size() > 1 ? ", " : "") + name + ": " + part->resolved;
    note_paths(part);
  }
  for (const List& one : lists) {
    const std::vector<PartPtr>& list = trial.*one.parts;
    if (list.empty()) continue;
    const std::string name(info(section_of(one.kind)).name);
    const bool measured = one.kind == Kind::metric;  // not a part of the identity
    if (!measured) canonical[name] = list_text(list, &PartConfig::canonical);
    structural += " " + name + list_text(list, measured ? &PartConfig::resolved : &PartConfig::structural);
    resolved += ", " + name + ": " + list_text(list, &PartConfig::resolved);
    std::for_each(list.begin(), list.end(), note_paths);
  }
  for (size_t i = 0; i < std::size(train_parts); ++i) {
    const PartPtr& part = trial.*train_part_of[i];
    if (!part) continue;
    const std::string name(train_parts[i].key);
    train[name] = part->canonical;
    structural += " " + name + part->structural;
    all_train += ", " + name + ": " + part->resolved;
    note_paths(part);
  }
  canonical["train"] = flow_map(train);
  canonical["seed"] = std::to_string(trial.seed);
  const std::string measure = flow_map(result.measure->all), keep = flow_map(result.keep->all);
  trial.canonical = flow_map(canonical);
  trial.structural = structural + " measure" + measure + " keep" + keep;
  trial.resolved = resolved + ", train: " + all_train + "}, measure: " + measure + ", keep: " + keep +
                   ", seed: " + canonical["seed"] + (written.empty() ? "" : ", written: {" + written + "}") +
                   (sha256.empty() ? "" : ", sha256: {" + sha256 + "}") + "}";
  trial.id = sha256_hex(trial.canonical).substr(0, 16);
}

}  // namespace saddle
