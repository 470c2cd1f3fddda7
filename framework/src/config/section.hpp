// The core's own sections: `train`, `measure` and `keep`, described by schemas as plugins are.
#pragma once
#include <saddle/schema.hpp>

#include <array>
#include <map>
#include <string>

#include "config/mistakes.hpp"
#include "config/texts.hpp"
#include "config/trial.hpp"
#include "schema/condition.hpp"

namespace saddle {

/// A section that was read: the values, and the texts of all and of those that differ from their defaults.
template <class T>
struct SectionConfig {
  T values;
  std::map<std::string, std::string> changed, all;
};

template <class T>
const Schema<T>& section_schema() {
  static const Schema<T> schema = [] {
    Schema<T> s;
    T::describe(s);
    return s;
  }();
  return schema;
}

/// Reads a section, a null pointer standing for one without entries; `skip` are keys that are read elsewhere.
template <class T>
bool read_section(const ValuePtr& value, const std::string& path, const std::vector<std::string>& skip,
                  Mistakes& mistakes, SectionConfig<T>& result) {
  const Schema<T>& schema = section_schema<T>();
  std::vector<Diagnostic> wrong;
  if (value && !value->is(Value::Kind::map)) {
    mistakes.add(value->place, path, "expected a map of settings, not " + value->describe());
    return false;
  }
  std::string names;
  for (const ParamSpec& spec : schema.params()) names += (names.empty() ? "" : ", ") + spec.name;
  for (const std::string& name : skip) names += ", " + name;
  const ValuePtr map_value = value ? value : empty_map();
  const Value& map = *map_value;
  for (const Entry& entry : map.map) {
    const bool known = schema.find(entry.key) || std::find(skip.begin(), skip.end(), entry.key) != skip.end();
    if (!known) wrong.push_back(unknown_param(entry, path, path, schema, "It has " + names + ".", skip));
  }
  std::vector<std::pair<const ParamSpec*, ValuePtr>> values;
  for (const ParamSpec& spec : schema.params()) {
    ValuePtr given = map.find(spec.name);
    std::string text = given ? spec.canonical(*given, path + "." + spec.name, wrong) : spec.initial;
    if (spec.only_when && !holds(*spec.only_when, result.all)) {
      text = spec.initial;
      given = nullptr;
    }
    if (text != spec.initial) result.changed[spec.name] = text;
    result.all[spec.name] = std::move(text);
    values.emplace_back(&spec, std::move(given));
  }
  mistakes.add(wrong);
  if (!wrong.empty()) return false;
  for (const auto& [spec, given] : values) spec->assign(&result.values, {given.get()}, {});
  return true;
}

}  // namespace saddle
