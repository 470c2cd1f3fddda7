// The trials of one or several stores as one list: a place on every axis, a status, the final metrics.
#pragma once
#include "store/record.hpp"
#include "store/trial_table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace saddle::analysis {

/// A store as comparisons see it.
struct ComparedStore {
  std::string name;
  std::string experiment;
  store::TrialTable table;
};

/// A place on an axis; text is empty where the trial has none.
struct Level {
  std::string text;
  std::optional<double> number;
};

struct Observation {
  std::string id;
  store::Status status = store::Status::planned;
  std::vector<Level> levels;    ///< one for each axis
  std::vector<double> metrics;  ///< one for each metric; NaN where it is missing
};

struct Observations {
  std::vector<std::string>
      axes;  ///< parameters in the plan's order, `store` and `experiment` (of several), `seed`
  std::vector<std::string> metrics;
  std::vector<bool> is_text;  ///< for each axis: all of its values that are there are texts
  std::vector<Observation> trials;

  /// How many places the trials take on an axis.
  size_t count_levels(size_t axis) const;
};

Observations observe(const std::vector<ComparedStore>& stores);

}  // namespace saddle::analysis
