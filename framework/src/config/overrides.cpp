#include "config/overrides.hpp"

#include <algorithm>

#include "config/axes.hpp"
#include "config/yaml_reader.hpp"
#include "schema/scalar.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

constexpr const char* forms = "An override is key=value, key=a,b (an axis), or ~key (without that axis).";

/// Where the parts of "a,[b,c],'d,e'" begin and end: commas outside brackets and quotes.
std::vector<std::pair<size_t, size_t>> split(const std::string& text, size_t begin) {
  std::vector<std::pair<size_t, size_t>> parts;
  int depth = 0;
  char quote = 0;
  size_t start = begin;
  for (size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote) {
      if (c == '\\' && quote == '"')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if ((c == '"' || c == '\'') &&
               (i == start || text[i - 1] == '[' || text[i - 1] == ',' || text[i - 1] == ' ')) {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth <= 0) {
      parts.emplace_back(start, i);
      start = i + 1;
    }
  }
  parts.emplace_back(start, text.size());
  return parts;
}

class Override {
 public:
  Override(Experiment& experiment, const std::string& argument)
      : x_(experiment), source_(std::make_shared<const Source>(Source{"command line", argument})) {}

  void apply() {
    const std::string& text = source_->text;
    if (text.starts_with("~")) return remove(text.substr(1));
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return wrong(1, "", "'" + text + "' is no override", forms);
    const std::string key = text.substr(0, equals);
    std::vector<ValuePtr> values;
    for (const auto& [begin, end] : split(text, equals + 1)) {
      ValuePtr value = read(begin, end);
      if (!value) return;
      values.push_back(std::move(value));
    }
    if (const std::vector<Axis*> cases = axes(key, true); !cases.empty()) return choose(key, values);
    if (key == "on_illegal" || key == "experiment") return top_level(key, *values[0]);
    const std::optional<SettingPath> path = parse_path(key);
    if (!path) return wrong(1, key, "there is no such setting" + did_you_mean_path(key, axis_names()), forms);
    if (values.size() == 1 && !is_generated(*values[0])) {
      remove_axis(key);
      std::string reason;
      if (const ValuePtr set = with(x_.base[path->section], *path, values[0], place(1), reason)) {
        x_.base[path->section] = set;
        x_.overridden.push_back({key, place(1), values[0]});
      } else {
        wrong(1, key, reason);
      }
    } else {
      make_axis(key, values);
    }
  }

 private:
  Place place(size_t column) const { return {source_, 1, static_cast<int>(column)}; }
  void wrong(size_t column, std::string path, std::string message, std::string hint = {}) {
    x_.mistakes.add(place(column), std::move(path), std::move(message), std::move(hint));
  }

  ValuePtr read(size_t begin, size_t end) {
    if (source_->text.find_first_not_of(' ', begin) >= end) {
      wrong(begin + 1, source_->text.substr(0, source_->text.find('=')), "an empty value", forms);
      return nullptr;
    }
    return read_yaml_text(source_, x_.mistakes, begin, end - begin);
  }

  std::vector<Axis*> axes(const std::string& name, bool cases) const {
    std::vector<Axis*> found;
    for (Block& block : x_.grid) {
      for (Dimension& dimension : block.dimensions) {
        for (Axis& axis : dimension) {
          if (axis.name == name && (axis.cases || !cases)) found.push_back(&axis);
        }
      }
    }
    return found;
  }

  std::vector<std::string> axis_names() const {
    std::vector<std::string> names;
    for (const Block& block : x_.grid) {
      for (const Dimension& dimension : block.dimensions) {
        for (const Axis& axis : dimension) names.push_back(axis.name);
      }
    }
    return names;
  }

  void remove_axis(const std::string& name) {
    for (Block& block : x_.grid) {
      for (Dimension& dimension : block.dimensions) {
        std::erase_if(dimension, [&](const Axis& axis) { return axis.name == name; });
      }
      std::erase_if(block.dimensions, [](const Dimension& dimension) { return dimension.empty(); });
    }
  }

  void remove(const std::string& name) {
    if (axes(name, false).empty()) {
      return wrong(1, name, "the grid has no such axis" + did_you_mean(name, axis_names()), forms);
    }
    remove_axis(name);
  }

  void make_axis(const std::string& name, const std::vector<ValuePtr>& values) {
    ValuePtr value = values[0];
    if (values.size() > 1) {
      auto list = std::make_shared<Value>();
      list->kind = Value::Kind::list;
      list->list = values;
      list->place = values[0]->place;
      value = list;
    }
    const Axis axis = read_axis(name, place(1), value, x_.mistakes, x_.axis_places);
    if (axis.points.empty()) return;
    for (Block& block : x_.grid) {
      Axis* old = nullptr;
      for (Dimension& dimension : block.dimensions) {
        for (Axis& one : dimension) old = one.name == name ? &one : old;
      }
      const bool walked_together =
          old && std::any_of(block.dimensions.begin(), block.dimensions.end(), [&](const Dimension& d) {
            return d.size() > 1 && old >= d.data() && old < d.data() + d.size();
          });
      if (walked_together && old->points.size() != axis.points.size()) {
        wrong(1, name,
              "the axis is walked together with others of " + std::to_string(old->points.size()) + " points");
      } else if (old) {
        *old = axis;
      } else {
        block.dimensions.push_back({axis});
      }
    }
  }

  /// Keeps the named cases of an axis, in the order given; blocks that have none of them fall away.
  void choose(const std::string& name, const std::vector<ValuePtr>& values) {
    std::vector<std::string> names, wanted;
    for (const Axis* axis : axes(name, true)) {
      for (const AxisPoint& point : axis->points) names.push_back(point.text);
    }
    for (const ValuePtr& value : values) {
      if (std::find(names.begin(), names.end(), value->text) == names.end() || !value->is_scalar()) {
        x_.mistakes.add(value->place, name,
                        "the axis has no case '" + (value->is_scalar() ? value->text : flow_text(*value)) +
                            "'" + did_you_mean(value->text, names),
                        forms);
        return;
      }
      wanted.push_back(value->text);
    }
    for (Axis* axis : axes(name, true)) {
      std::vector<AxisPoint> kept;
      for (const std::string& one : wanted) {
        const auto at = std::find_if(axis->points.begin(), axis->points.end(),
                                     [&](const AxisPoint& p) { return p.text == one; });
        if (at != axis->points.end()) kept.push_back(*at);
      }
      axis->points = std::move(kept);
    }
    std::erase_if(x_.grid, [&](const Block& block) {
      return std::any_of(block.dimensions.begin(), block.dimensions.end(),
                         [](const Dimension& d) { return d[0].points.empty(); });
    });
    for (Block& block : x_.grid) check_together(name, block);
  }

  /// Cases that were walked together with another axis no longer can be, once some are gone.
  void check_together(const std::string& name, const Block& block) {
    for (const Dimension& dimension : block.dimensions) {
      for (const Axis& axis : dimension) {
        if (axis.points.size() != dimension[0].points.size()) {
          return wrong(1, name, "the axis is walked together with others; all of its cases are needed");
        }
      }
    }
  }

  void top_level(const std::string& key, const Value& value) {
    if (key == "experiment") {
      if (value.is(Value::Kind::string))
        x_.name = value.text;
      else
        x_.mistakes.add(value.place, key, "expected a name, not " + value.describe());
    } else if (value.text == "error" || value.text == "skip") {
      x_.skip_illegal = value.text == "skip";
    } else {
      x_.mistakes.add(value.place, key, "expected error or skip, not " + value.describe());
    }
  }

  Experiment& x_;
  std::shared_ptr<const Source> source_;
};

}  // namespace

void apply_overrides(Experiment& experiment, const std::vector<std::string>& overrides) {
  for (const std::string& argument : overrides) Override(experiment, argument).apply();
}

}  // namespace saddle
