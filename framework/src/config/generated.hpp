// Numbers that a grid generates: `0..4`, linspace, geomspace, logspace, uniform, log_uniform, choice.
#pragma once
#include <saddle/value.hpp>

#include <optional>
#include <string>
#include <vector>

#include "config/mistakes.hpp"

namespace saddle {

/// The words that make a map a generator.
const std::vector<std::string>& generator_words();

/// The ends of `a..b`, if that is what a text is.
std::optional<std::pair<int64_t, int64_t>> range_ends(const Value& value);
/// The values of `a..b`; empty, with a mistake, where there are none.
std::vector<ValuePtr> range_values(const Value& value, const std::string& axis, Mistakes& mistakes);
/// The values of `{linspace: [low, high, n]}` and its kin. Drawn values depend on `draw` and the axis's name
/// alone, and are rounded to 12 digits so that they are the same everywhere.
std::vector<ValuePtr> generated_values(const Value& map, const std::string& axis, Mistakes& mistakes);

}  // namespace saddle
