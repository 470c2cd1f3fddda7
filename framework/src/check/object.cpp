#include "check/object.hpp"

#include "config/yaml_reader.hpp"

namespace saddle::check {
namespace {

ValuePtr value_of(const std::string& text) {
  return read_yaml_text(std::make_shared<Source>(Source{"setting", text}));
}

/// Values that a parameter may have; none for those that nobody can guess.
std::vector<std::string> values(const ParamSpec& p) {
  std::vector<std::string> texts = p.choices;
  const bool whole = p.type == type_name<int64_t>();
  if (!texts.empty() || (!whole && p.type != type_name<double>())) return texts;
  for (const double x : {0.5, 1.0, 2.0, 0.25, 0.0, -1.0, 3.0, 1 + 1e-6, 1e-6})
    if (p.range.contains(x) && (!whole || x == std::round(x))) texts.push_back(number_text(x));
  return texts;
}

template <class Values>
std::vector<Settings> varied(const Subject& subject, Values values_of) {
  std::vector<Settings> all = {subject.settings};
  for (const ParamSpec& p : subject.plugin->schema->params()) {
    if (subject.settings.contains(p.name)) continue;
    for (const std::string& value : values_of(p)) {
      if (value == p.initial) continue;
      all.push_back(subject.settings);
      all.back()[p.name] = value;
    }
  }
  return all;
}

}  // namespace

PluginObject make(const RegisteredPlugin& plugin, const Settings& settings, int64_t lanes,
                  at::ScalarType dtype) {
  PluginObject object(plugin);
  for (const ParamSpec& spec : plugin.schema->params()) {
    const auto given = settings.find(spec.name);
    const ValuePtr value = given == settings.end() ? nullptr : value_of(given->second);
    spec.assign(object.most_derived(), std::vector<const Value*>(static_cast<size_t>(lanes), value.get()),
                {.options = at::TensorOptions(dtype)});
  }
  return object;
}

std::vector<Settings> variations(const Subject& subject) { return varied(subject, values); }

std::vector<Settings> choices(const Subject& subject) {
  return varied(subject, [](const ParamSpec& p) { return p.choices; });
}

std::string settings_text(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += (text.empty() ? "" : ", ") + name + ": " + value;
  return text.empty() ? text : " with {" + text + "}";
}

}  // namespace saddle::check
