#include "config/axes.hpp"

#include <algorithm>

#include "config/generated.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

std::string shown(const Value& v) { return v.is_scalar() ? v.text : flow_text(v); }

/// Everything within a value of an axis counts as that value's place.
void mark(const Value& v, const std::string& words, bool generated, std::vector<AxisPlace>& places) {
  places.push_back({v.place, generated ? v.text : std::string(), words});
  for (const ValuePtr& element : v.list) mark(*element, words, generated, places);
  for (const Entry& entry : v.map) {
    places.push_back({entry.place, {}, words});
    mark(*entry.value, words, generated, places);
  }
}

AxisPoint read_case(const std::string& axis, const Entry& entry, Mistakes& mistakes,
                    std::vector<AxisPlace>& places) {
  AxisPoint point;
  point.text = entry.key;
  const std::string path = "grid." + axis + "." + entry.key;
  if (!entry.value->is(Value::Kind::map)) {
    mistakes.add(entry.value->place, path,
                 "a case is a map of paths and values, not " + entry.value->describe(),
                 "{} is the case that changes nothing.");
    return point;
  }
  const std::string words = "grid axis " + axis + ", case " + entry.key;
  for (const Entry& set : entry.value->map) {
    if (set.key == "when") {
      if (!set.value->is(Value::Kind::map)) {
        mistakes.add(set.value->place, path + ".when",
                     "expected a map of paths and values, not " + set.value->describe());
        continue;
      }
      for (const Entry& condition : set.value->map)
        point.when.push_back({condition.key, condition.place, condition.value});
      continue;
    }
    places.push_back({set.place, {}, words});
    mark(*set.value, words, false, places);
    point.sets.push_back({set.key, set.place, set.value});
  }
  return point;
}

/// A map under a path of base that is no generator; or a list under a name that is no path.
void explain(const std::string& name, const Place& place, const Value& value, bool is_path,
             Mistakes& mistakes) {
  if (is_path) {
    mistakes.add(value.place, "grid." + name, "expected a list of values, not " + value.describe(),
                 "An axis over a path of base is a list, a range a..b, or one of linspace, geomspace, "
                 "logspace, uniform, "
                 "log_uniform and choice.");
    return;
  }
  mistakes.add(place, "grid." + name, "'" + name + "' is no path of base" + did_you_mean_path(name),
               "An axis of named cases is a map: each case a map of paths and values.");
}

}  // namespace

bool is_generated(const Value& value) {
  if (range_ends(value)) return true;
  const auto& words = generator_words();
  return std::any_of(value.map.begin(), value.map.end(), [&](const Entry& e) {
    return std::find(words.begin(), words.end(), e.key) != words.end();
  });
}

Axis read_axis(const std::string& name, const Place& place, const ValuePtr& value, Mistakes& mistakes,
               std::vector<AxisPlace>& places) {
  Axis axis{name, place, false, {}};
  // The table has a column a name, and HDF5 takes a slash for a folder.
  if (name.find('/') != std::string::npos)
    mistakes.add(place, "grid." + name, "the name of an axis can't hold a '/'");
  const bool is_path = parse_path(name).has_value();
  std::vector<ValuePtr> values;
  const bool map = value->is(Value::Kind::map);
  if (!is_path && map && !is_generated(*value)) {
    axis.cases = true;
    for (const Entry& entry : value->map) axis.points.push_back(read_case(name, entry, mistakes, places));
    if (axis.points.empty()) mistakes.add(value->place, "grid." + name, "an axis without cases");
    return axis;
  }
  bool generated = true;
  const bool near_generator = map && value->map.size() <= 2 && !value->map.empty() &&
                              (value->find("draw") || !nearest(value->map[0].key, generator_words()).empty());
  if (!is_path)
    explain(name, place, *value, false, mistakes);
  else if (range_ends(*value))
    values = range_values(*value, name, mistakes);
  else if (map && (is_generated(*value) || near_generator))
    values = generated_values(*value, name, mistakes);
  else if (map)
    explain(name, place, *value, true, mistakes);
  else if (value->is(Value::Kind::null))
    mistakes.add(value->place, "grid." + name, "an axis without values");
  else if (value->is(Value::Kind::list)) {
    values = value->list, generated = false;
    if (values.empty()) mistakes.add(value->place, "grid." + name, "an axis without values");
  } else {
    values = {value}, generated = false;
  }
  const std::string count = std::to_string(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Value& v = *values[i];
    const std::string words = "grid axis " + name + ", point " + std::to_string(i + 1) + " of " + count;
    // A long axis without a place of its own for each value would make a list that nothing needs.
    if (!generated || values.size() <= 1000) mark(v, words, generated, places);
    AxisPoint point{shown(v), {}, {{name, place, values[i]}}, {}};
    if (v.is_number()) point.number = v.real;
    axis.points.push_back(std::move(point));
  }
  return axis;
}

}  // namespace saddle
