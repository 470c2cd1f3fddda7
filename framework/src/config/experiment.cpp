#include "config/experiment.hpp"

#include <algorithm>

#include "config/extends.hpp"
#include "config/grid.hpp"
#include "config/overrides.hpp"
#include "config/read_source.hpp"
#include "config/yaml_reader.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

const std::vector<std::string> top_keys = {"experiment", "extends", "base", "grid", "on_illegal"};

bool is_name(const std::string& text) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text[0] != '.' && text[0] != '-' && text.size() <= 200 &&
         std::all_of(text.begin(), text.end(), allowed);
}

void check_keys(const Value& document, Mistakes& mistakes) {
  for (const Entry& entry : document.map) {
    if (std::find(top_keys.begin(), top_keys.end(), entry.key) != top_keys.end()) continue;
    std::string hint = "An experiment has experiment, extends, base, grid and on_illegal.";
    if (section_named(entry.key.substr(0, entry.key.find('.'))))
      hint = "It belongs under `base`, or, as an axis, under `grid`.";
    mistakes.add(entry.place, entry.key, "an experiment has no such key" + did_you_mean(entry.key, top_keys),
                 hint);
  }
}

void read_name(const Value& document, Experiment& x) {
  const ValuePtr name = document.find("experiment");
  const char* hint = "experiment: a name of letters, digits, '-', '_' and '.'; results are stored under it.";
  if (!name) {
    x.mistakes.add(document.place, "experiment", "the experiment needs a name", hint);
  } else if (!name->is_scalar() || !is_name(name->text)) {
    x.mistakes.add(name->place, "experiment", "expected a name, not " + name->describe(), hint);
  } else {
    x.name = name->text;
  }
}

void read_base(const Value& document, Experiment& x) {
  const ValuePtr base = document.find("base");
  x.base_place = document.place;
  for (const Entry& entry : document.map) {
    if (entry.key == "base") x.base_place = entry.place;
  }
  if (!base) {
    x.mistakes.add(document.place, "base", "the experiment needs a base: the settings of its trials",
                   "base: {data: …} is the least; everything else has a default.");
    return;
  }
  if (!base->is(Value::Kind::map)) {
    x.mistakes.add(base->place, "base", "expected a map of settings, not " + base->describe());
    return;
  }
  for (const Entry& entry : base->map) {
    const std::optional<Section> section = section_named(entry.key);
    if (section) {
      x.base[*section] = entry.value;
    } else {
      const bool dotted = entry.key.find('.') != std::string::npos && parse_path(entry.key);
      x.mistakes.add(entry.place, entry.key,
                     "base has no such key" + did_you_mean(entry.key, section_names()),
                     dotted ? "Under `base`, write a map within a map; paths are for the grid." : "");
    }
  }
}

void read_on_illegal(const Value& document, Experiment& x) {
  const ValuePtr value = document.find("on_illegal");
  if (!value) return;
  x.skip_illegal = value->text == "skip";
  if (!value->is(Value::Kind::string) || (value->text != "skip" && value->text != "error")) {
    x.mistakes.add(value->place, "on_illegal", "expected error or skip, not " + value->describe(),
                   "on_illegal: what happens to points whose parts don't go together, default error.");
  }
}

}  // namespace

Experiment read_experiment(std::shared_ptr<const Source> source, const std::vector<std::string>& overrides) {
  Experiment x;
  x.source = source;
  x.overrides = overrides;
  ValuePtr document = read_yaml_text(source, x.mistakes);
  if (document && !document->is(Value::Kind::map)) {
    x.mistakes.add(document->place, "", "expected an experiment, not " + document->describe(),
                   "An experiment is a map with experiment, base and grid.");
    document = nullptr;
  }
  if (!document) x.mistakes.throw_if_any();
  document = with_extended(document, x.mistakes, x.extends);
  check_keys(*document, x.mistakes);
  read_name(*document, x);
  read_base(*document, x);
  read_on_illegal(*document, x);
  x.grid = read_grid(document->find("grid"), x.base_place, x.mistakes, x.axis_places);
  apply_overrides(x, overrides);
  return x;
}

Experiment read_experiment(const std::string& path, const std::vector<std::string>& overrides) {
  return read_experiment(read_source(path), overrides);
}

}  // namespace saddle
