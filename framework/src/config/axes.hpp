// The values of an axis: lists, ranges, generated and drawn numbers, named cases.
#pragma once
#include <string>

#include "config/experiment.hpp"

namespace saddle {

constexpr int64_t most_points = 1'000'000;

/// Reads `name: value` of a grid; where that is no axis, says why and returns an axis without points.
Axis read_axis(const std::string& name, const Place& place, const ValuePtr& value, Mistakes& mistakes,
               std::vector<AxisPlace>& places);

/// Whether a value, by itself, stands for several: `0..4`, `{linspace: …}`.
bool is_generated(const Value& value);

}  // namespace saddle
