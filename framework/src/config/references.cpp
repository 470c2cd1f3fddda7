#include "config/references.hpp"

#include <algorithm>
#include <map>

#include "config/section.hpp"
#include "config/yaml_reader.hpp"
#include "schema/scalar.hpp"

namespace saddle {
namespace {

constexpr int64_t most_values_referred = 100'000;
constexpr size_t longest_text = 64 * 1024;

bool refers(const Value& v) {
  if (v.is(Value::Kind::string)) return v.text.find("${") != std::string::npos;
  return std::any_of(v.list.begin(), v.list.end(), [](const ValuePtr& e) { return refers(*e); }) ||
         std::any_of(v.map.begin(), v.map.end(), [](const Entry& e) { return refers(*e.value); });
}

ValuePtr from_default(const ParamSpec* spec) {
  if (!spec || spec->required) return nullptr;
  return read_yaml_text(std::make_shared<const Source>(Source{"default", spec->initial}));
}

/// `train.steps` and its kin.
std::vector<std::string> core_paths() {
  std::vector<std::string> paths = section_names();
  auto add = [&](const std::string& section, const SchemaBase& schema) {
    for (const ParamSpec& spec : schema.params()) paths.push_back(section + "." + spec.name);
  };
  add("train", section_schema<TrainConfig>());
  add("measure", section_schema<MeasureConfig>());
  add("keep", section_schema<KeepConfig>());
  return paths;
}

/// The settings of one trial, followed wherever references lead.
class Resolver {
 public:
  Resolver(const Settings& settings, const Registry& registry, Mistakes& mistakes)
      : settings_(settings), registry_(registry), mistakes_(mistakes) {}

  /// Null, with a mistake, if a reference leads nowhere.
  ValuePtr value(const ValuePtr& v) {
    if (++values_ > most_values_referred)
      return wrong(*v, "references make more than " + std::to_string(most_values_referred) + " values");
    if (v->is(Value::Kind::string)) return text(*v);
    if (v->list.empty() && v->map.empty()) return v;
    auto copy = std::make_shared<Value>(*v);
    bool right = true;  // every wrong reference is named
    for (ValuePtr& element : copy->list) {
      element = value(element);
      right = right && element;
    }
    for (Entry& entry : copy->map) {
      entry.value = value(entry.value);
      right = right && entry.value;
    }
    return right ? copy : nullptr;
  }

 private:
  ValuePtr wrong(const Value& v, std::string message) {
    mistakes_.add(v.place, "", std::move(message), "${path} stands for the value at another path of base.");
    return nullptr;
  }

  ValuePtr text(const Value& v) {
    const size_t first = v.text.find("${");
    if (first == std::string::npos) return std::make_shared<Value>(v);
    auto copy = std::make_shared<Value>(v);
    copy->text = v.text.substr(0, first);
    for (size_t begin = first; begin != std::string::npos;) {
      const size_t end = v.text.find('}', begin);
      if (end == std::string::npos) return wrong(v, "'${' without '}' in " + v.describe());
      const ValuePtr target = follow(v, v.text.substr(begin + 2, end - begin - 2));
      if (!target) return nullptr;
      if (first == 0 && end + 1 == v.text.size()) {
        auto whole = std::make_shared<Value>(*target);
        whole->place = v.place;
        return whole;
      }
      if (!target->is_scalar())
        return wrong(v,
                     "within a text a reference must lead to a number or a text, not " + target->describe());
      const size_t next = v.text.find("${", end);
      copy->text += target->text + v.text.substr(end + 1, next == std::string::npos ? next : next - end - 1);
      if (copy->text.size() > longest_text) return wrong(v, "references make a text of more than 64 KiB");
      begin = next;
    }
    return copy;
  }

  ValuePtr follow(const Value& from, const std::string& name) {
    if (std::find(under_way_.begin(), under_way_.end(), name) != under_way_.end()) {
      return wrong(from, "the reference to '" + name + "' leads back to itself");
    }
    if (const auto known = done_.find(name); known != done_.end()) {
      // Counted as if written out, so that doubling over and over is noticed.
      if ((values_ += known->second.second) > most_values_referred)
        return wrong(from, "references make more than " + std::to_string(most_values_referred) + " values");
      return known->second.first;
    }
    const std::optional<SettingPath> path = parse_path(name);
    if (!path) return wrong(from, "'" + name + "' is no path of base" + did_you_mean_path(name));
    const ValuePtr target = value_or_default(settings_, *path, registry_);
    if (!target) return wrong(from, "nothing is set at '" + name + "'" + did_you_mean(name, core_paths()));
    const int64_t before = values_;
    under_way_.push_back(name);
    ValuePtr result = value(target);
    under_way_.pop_back();
    if (result) done_[name] = {result, values_ - before};
    return result;
  }

  const Settings& settings_;
  const Registry& registry_;
  Mistakes& mistakes_;
  std::vector<std::string> under_way_;
  std::map<std::string, std::pair<ValuePtr, int64_t>> done_;
  int64_t values_ = 0;
};

}  // namespace

ValuePtr value_or_default(const Settings& settings, const SettingPath& path, const Registry& registry) {
  if (ValuePtr set = get(settings, path)) return set;
  const SectionInfo& i = info(path.section);
  const std::string last = path.keys.empty() ? std::string() : path.keys.back();
  if (path.section == Section::seed && path.keys.empty()) return std::make_shared<Value>(plain_scalar("0"));
  if (path.keys.empty())
    return i.default_use.empty() ? nullptr : std::make_shared<Value>(text_scalar(i.default_use));
  if (path.section == Section::train && path.keys.size() == 1)
    return from_default(section_schema<TrainConfig>().find(last));
  if (path.section == Section::measure && path.keys.size() == 1)
    return from_default(section_schema<MeasureConfig>().find(last));
  if (path.section == Section::keep && path.keys.size() == 1)
    return from_default(section_schema<KeepConfig>().find(last));
  // A parameter of a part: the default that its plugin says.
  const TrainPart* in_train = path.section == Section::train ? train_part(path.keys[0]) : nullptr;
  const size_t depth = in_train || i.is_list ? 2 : 1;
  if (path.keys.size() != depth || !(i.kind || in_train)) return nullptr;
  const Kind kind = in_train ? in_train->kind : *i.kind;
  const std::string_view default_use = in_train ? in_train->default_use : i.default_use;
  SettingPath parent = path;
  parent.keys.pop_back();
  const ValuePtr part = get(settings, parent);
  std::string use = part ? part_use(part) : std::string();
  if (use.empty()) use = default_use;
  if (last == "use") return use.empty() ? nullptr : std::make_shared<Value>(text_scalar(use));
  const RegisteredPlugin* plugin = registry.find(kind, use);
  return plugin ? from_default(plugin->schema->find(last)) : nullptr;
}

bool References::has_reference(const ValuePtr& section) {
  const auto [known, added] = known_.try_emplace(section.get(), section, false);
  if (added) known->second.second = refers(*section);
  return known->second.second;
}

bool References::resolve(Settings& settings, Mistakes& mistakes) {
  bool any = false;
  for (const ValuePtr& section : settings.sections) any = any || (section && has_reference(section));
  if (!any) return true;
  const Settings before = settings;
  Resolver resolver(before, registry_, mistakes);
  bool right = true;
  for (ValuePtr& section : settings.sections) {
    if (!section || !has_reference(section)) continue;
    section = resolver.value(section);
    right = right && section;
  }
  return right;
}

}  // namespace saddle
