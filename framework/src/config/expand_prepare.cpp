#include <algorithm>

#include "config/expand_parts.hpp"
#include "schema/suggest.hpp"

namespace saddle {

const Axis* axis_of_cases(const Block& block, const std::string& name) {
  for (const Dimension& dimension : block.dimensions) {
    for (const Axis& axis : dimension) {
      if (axis.cases && axis.name == name) return &axis;
    }
  }
  return nullptr;
}

std::vector<std::string> case_names(const Axis& axis) {
  std::vector<std::string> names;
  for (const AxisPoint& point : axis.points) names.push_back(point.text);
  return names;
}

const AxisPoint* find_case(const Axis& axis, const std::string& name) {
  for (const AxisPoint& point : axis.points) {
    if (point.text == name) return &point;
  }
  return nullptr;
}

std::vector<std::string> axis_names(const Block& block) {
  std::vector<std::string> names;
  for (const Dimension& dimension : block.dimensions) {
    for (const Axis& axis : dimension) names.push_back(axis.name);
  }
  return names;
}

Expansion::Expansion(const Experiment& experiment, const Registry& registry, Mistakes& mistakes,
                     std::vector<std::string>& warnings)
    : x_(experiment),
      registry_(registry),
      mistakes_(mistakes),
      warnings_(warnings),
      references_(registry, mistakes) {
  for (const Block& block : x_.grid) blocks_.push_back(prepare(block));
}

Expansion::~Expansion() = default;

void Expansion::name_axis(const std::string& name) {
  if (name != "seed" && std::find(axes_.begin(), axes_.end(), name) == axes_.end()) axes_.push_back(name);
}

std::vector<Expansion::Set> Expansion::prepare_sets(const std::vector<Assignment>& sets,
                                                    const std::string& words) {
  std::vector<Set> result;
  for (const Assignment& one : sets) {
    if (const std::optional<SettingPath> path = parse_path(one.path)) {
      result.push_back({*path, one.place, one.value, words});
    } else {
      mistakes_.add(one.place, one.path,
                    "'" + one.path + "' is no path of base" + did_you_mean_path(one.path), path_hint);
    }
  }
  return result;
}

std::vector<Expansion::Condition> Expansion::prepare_conditions(const std::vector<Assignment>& all,
                                                                const Block& block) {
  std::vector<Condition> result;
  for (const Assignment& one : all) {
    Condition condition{one.path, std::nullopt, one.value, one.place};
    if (const Axis* axis = axis_of_cases(block, one.path)) {
      std::vector<ValuePtr> wanted =
          one.value->is(Value::Kind::list) ? one.value->list : std::vector{one.value};
      for (const ValuePtr& name : wanted) {
        if (!find_case(*axis, name->text)) {
          mistakes_.add(
              name->place, one.path,
              "the axis has no case '" + name->text + "'" + did_you_mean(name->text, case_names(*axis)));
        }
      }
    } else if (condition.path = parse_path(one.path); !condition.path) {
      mistakes_.add(one.place, one.path,
                    "'" + one.path + "' is neither an axis of named cases nor a path of base" +
                        did_you_mean_path(one.path, axis_names(block)),
                    path_hint);
      continue;
    }
    result.push_back(std::move(condition));
  }
  return result;
}

std::unique_ptr<Expansion::PreparedBlock> Expansion::prepare(const Block& block) {
  auto result = std::make_unique<PreparedBlock>();
  result->block = &block;
  for (const Dimension& dimension : block.dimensions) {
    std::vector<std::vector<Point>> steps(dimension.empty() ? 0 : dimension[0].points.size());
    for (const Axis& axis : dimension) {
      name_axis(axis.name);
      for (size_t i = 0; i < steps.size(); ++i) {
        const AxisPoint& point = axis.points.at(i);
        const std::string words =
            axis.cases ? "case " + point.text + " of the axis " + axis.name : "the axis " + axis.name;
        steps[i].push_back(
            {&axis, &point, prepare_sets(point.sets, words), prepare_conditions(point.when, block)});
      }
    }
    result->dimensions.push_back(std::move(steps));
  }
  result->when = prepare_conditions(block.when, block);
  for (const auto& entry : block.exclude) result->exclude.push_back(prepare_conditions(entry, block));
  result->excluded.resize(block.exclude.size());
  for (const auto& entry : block.include) {
    for (const Assignment& one : entry) {
      if (axis_of_cases(block, one.path) || parse_path(one.path)) name_axis(one.path);
    }
  }
  return result;
}

}  // namespace saddle
