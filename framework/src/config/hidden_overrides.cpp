#include "config/hidden_overrides.hpp"

#include <algorithm>

namespace saddle {
namespace {

/// Whether a value still holds all that was wanted of it: a map may hold more, a part may be written short.
bool holds(const ValuePtr& actual, const ValuePtr& wanted) {
  if (!actual) return false;
  if (wanted->is(Value::Kind::map) || actual->is(Value::Kind::map)) {
    const ValuePtr map = part_map(actual), entries = part_map(wanted);
    return map->is(Value::Kind::map) && entries->is(Value::Kind::map) &&
           std::all_of(entries->map.begin(), entries->map.end(),
                       [&](const Entry& e) { return holds(map->find(e.key), e.value); });
  }
  if (actual->is_number() && wanted->is_number()) return actual->real == wanted->real;
  return flow_text(*actual) == flow_text(*wanted);
}

struct Set {
  SettingPath path;
  const Assignment* assignment;
};

/// The path by which these assignments take away what was set; empty if they leave it.
std::string hiding_path(const Settings& base, const SettingPath& path, const ValuePtr& wanted,
                        const std::vector<Assignment>& assignments) {
  std::vector<Set> sets;
  for (const Assignment& one : assignments) {
    const auto parsed = parse_path(one.path);
    if (parsed && parsed->section == path.section) sets.push_back({*parsed, &one});
  }
  std::stable_sort(sets.begin(), sets.end(),
                   [](const Set& a, const Set& b) { return a.path.depth() < b.path.depth(); });
  Settings settings = base;
  for (const Set& one : sets) {
    std::string reason;
    ValuePtr& section = settings[path.section];
    const ValuePtr after = with(section, one.path, one.assignment->value, one.assignment->place, reason);
    if (!after) return {};  // a mistake, which the plan reports
    section = after;
    if (!holds(get(settings, path), wanted)) return one.path.text;
  }
  return {};
}

}  // namespace

std::vector<std::string> hidden_overrides(const Experiment& x) {
  std::vector<std::string> sentences;
  for (const Assignment& one : x.overridden) {
    const std::optional<SettingPath> path = parse_path(one.path);
    if (!path || !holds(get(x.base, *path), one.value)) continue;  // a later override took it away
    auto say = [&](const std::string& where, const std::string& by) {
      std::string sentence = one.path;
      sentence += "=" + flow_text(*one.value) + " of the command line does not count in " + where;
      sentence += by == one.path ? ", which sets it" : ", which sets " + by;
      if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end())
        sentences.push_back(std::move(sentence));
    };
    for (const Block& block : x.grid) {
      for (const Dimension& dimension : block.dimensions) {
        for (const Axis& axis : dimension) {
          for (const AxisPoint& point : axis.points) {
            const std::string by = hiding_path(x.base, *path, one.value, point.sets);
            if (by.empty()) continue;
            say(axis.cases ? "the case " + point.text + " of the axis " + axis.name : "the axis " + axis.name,
                by);
          }
        }
      }
      for (const std::vector<Assignment>& entry : block.include) {
        const std::string by = hiding_path(x.base, *path, one.value, entry);
        if (!by.empty()) say("an entry of `include`", by);
      }
    }
  }
  return sentences;
}

}  // namespace saddle
