// The cells of a comparison: the trials that share a row and a column, and what is said of them.
#pragma once
#include "analysis/observations.hpp"
#include "analysis/selection.hpp"
#include "analysis/statistics.hpp"

#include <map>
#include <string>
#include <vector>

namespace saddle::analysis {

using Key = std::vector<Level>;  ///< a level for each axis that makes the rows, or the columns

/// The trials of one row and one column.
struct Group {
  size_t row = 0, col = 0;
  std::vector<const Observation*> trials;

  /// Over the trials that have the metric, whatever their status.
  Summary summary(size_t metric) const;
  std::map<store::Status, size_t> statuses() const;
};

struct Grid {
  std::vector<Key> rows, cols;  ///< in the order in which the plan first takes them
  std::vector<Group> groups;    ///< row by row; only those that hold trials
  size_t repeated = 0;          ///< trials that stood in a cell twice, by way of two stores, and count once

  const Group* find(size_t row, size_t col) const;
};

Grid make_grid(const Observations&, const Selection&);

/// `0.931 ± 0.012`: about two significant digits of the half-width, and the mean to the same place.
std::string mean_text(const Summary&);

/// The mean, and `(3 of 5 · 2 diverged)` where trials lack the value or did not simply end as done.
std::string cell_text(const Group&, size_t metric);

}  // namespace saddle::analysis
