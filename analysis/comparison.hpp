// A comparison that has been worked out, and its forms: for people, and for programs.
#pragma once
#include "analysis/cells.hpp"
#include "analysis/observations.hpp"
#include "analysis/selection.hpp"
#include "analysis/table.hpp"

#include <cstddef>
#include <string>

namespace saddle::analysis {

struct Comparison {
  Observations all;
  Selection selection;
  Grid grid;

  const std::string& axis(size_t index) const { return all.axes[index]; }
  const std::string& metric(size_t index) const { return all.metrics[index]; }
};

/// Text, Markdown or LaTeX: one table a metric, or all metrics in one where no axis makes columns.
std::string readable(const Comparison&, Format, size_t width);
/// A line for each cell and metric.
std::string tidy_csv(const Comparison&);
/// The same, structured.
std::string structured_json(const Comparison&);

}  // namespace saddle::analysis
