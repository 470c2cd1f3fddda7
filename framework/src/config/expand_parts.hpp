// What an expansion makes of a grid before it walks it: paths taken apart, names of cases looked up.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/expand.hpp"

namespace saddle {

/// An assignment whose path was taken apart.
struct Expansion::Set {
  SettingPath path;
  Place place;
  ValuePtr value;
  std::string words;  ///< "the axis train.steps", "case wgan of the axis method"
};

/// `path: value or list`, or `axis of cases: name or list`.
struct Expansion::Condition {
  std::string name;
  std::optional<SettingPath> path;
  ValuePtr value;
  Place place;
};

struct Expansion::Point {
  const Axis* axis;
  const AxisPoint* point;
  std::vector<Set> sets;
  std::vector<Condition> when;
};

struct Expansion::PreparedBlock {
  const Block* block;
  std::vector<std::vector<std::vector<Point>>> dimensions;  ///< [dimension][step][axis]
  std::vector<Condition> when;
  std::vector<std::vector<Condition>> exclude;
  std::vector<bool> excluded;  ///< whether the entry of `exclude` met a point
};

/// The axis of named cases of that name; null if there is none.
const Axis* axis_of_cases(const Block& block, const std::string& name);
std::vector<std::string> case_names(const Axis& axis);
const AxisPoint* find_case(const Axis& axis, const std::string& name);
std::vector<std::string> axis_names(const Block& block);

constexpr const char* path_hint = "A path is a key of base and, after dots, what is below it: train.steps.";

}  // namespace saddle
