// Plans of experiments that are written within a test.
#pragma once
#include <string>
#include <vector>

#include "catch.hpp"
#include "config/plan.hpp"
#include "config/yaml_reader.hpp"
#include "fake_plugins.hpp"

namespace configs {
using namespace saddle;

inline std::shared_ptr<const Source> source(const std::string& text, const std::string& name = "x.yaml") {
  return std::make_shared<const Source>(Source{name, text});
}

inline Plan plan_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return make_plan(read_experiment(source(text), overrides), fakes::registry());
}

/// A small experiment: `grid` is indented by two, `base` too.
inline std::string with_grid(const std::string& grid, const std::string& base = "") {
  return "experiment: e\nbase:\n  data: ring\n" + base + "grid:\n" + grid;
}
inline Plan plan_of_grid(const std::string& grid, const std::string& base = "",
                         const std::vector<std::string>& overrides = {}) {
  return plan_of(with_grid(grid, base), overrides);
}

/// Everything that is said about a wrong experiment; empty if nothing is.
inline std::string mistakes_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    plan_of(text, overrides);
  } catch (const UserError& e) {
    return e.what();
  }
  return {};
}

/// The values on one axis, in the plan's order; "-" where a trial has none.
inline std::vector<std::string> on_axis(const Plan& plan, const std::string& axis) {
  std::vector<std::string> result;
  for (const PlannedTrial& trial : plan.trials) {
    result.emplace_back("-");
    for (const AxisValue& value : trial.axes) {
      if (value.axis == axis) result.back() = value.text;
    }
  }
  return result;
}

inline std::vector<int64_t> steps(const Plan& plan) {
  std::vector<int64_t> result;
  for (const PlannedTrial& trial : plan.trials) result.push_back(trial.config.train.steps);
  return result;
}

using Strings = std::vector<std::string>;

}  // namespace configs
