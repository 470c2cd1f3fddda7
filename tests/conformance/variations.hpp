// Parameters to try a plugin with, for tests that hold all of a kind to one contract.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "unit/plugin_fixture.hpp"

namespace saddle::testing {

/// Parameters as an experiment file gives them: a flow mapping.
inline Settings settings(const std::string& yaml) {
  const ValuePtr given = read_yaml_text(std::make_shared<Source>(Source{"test", yaml}));
  Settings all;
  for (const Entry& entry : given->map) all.emplace(entry.key, entry.value);
  return all;
}

struct Variation {
  std::string label;
  Settings settings;
};

/// The defaults, every choice of every parameter that has choices, and several values of every number, one
/// parameter changed at a time. Parameters that must be given take their first value everywhere.
inline std::vector<Variation> variations(const RegisteredPlugin& plugin) {
  auto values = [](const ParamSpec& p) {
    std::vector<std::string> texts = p.choices;
    const bool whole = p.type == type_name<int64_t>();
    if (texts.empty() && (whole || p.type == type_name<double>() || p.type == type_name<LaneReal>()))
      for (const double x : {0.5, 1.0, 2.0, 0.25, 0.0, -1.0, 3.0, 1 + 1e-6, 1e-6})
        if (p.range.contains(x) && (!whole || x == std::round(x))) texts.push_back(number_text(x));
    return texts;
  };
  std::map<std::string, std::string> base;
  for (const ParamSpec& p : plugin.schema->params()) {
    if (!p.required) continue;
    if (values(p).empty()) FAIL(plugin.name() << ": nobody knows what to try for the parameter " << p.name);
    base[p.name] = values(p)[0];
  }
  auto with = [](const std::map<std::string, std::string>& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) text += (text.empty() ? "" : ", ") + name + ": " + value;
    return Variation{"{" + text + "}", settings("{" + text + "}")};
  };
  std::vector<Variation> all{with(base)};
  for (const ParamSpec& p : plugin.schema->params())
    for (const std::string& value : values(p)) {
      auto changed = base;
      changed[p.name] = value;
      if (value != p.initial && changed != base) all.push_back(with(changed));
    }
  return all;
}

}  // namespace saddle::testing
