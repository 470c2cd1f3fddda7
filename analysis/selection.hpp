// Which axes make rows and columns, and which metrics are shown: from what the user asked for.
#pragma once
#include "analysis/observations.hpp"

#include <optional>
#include <string>
#include <vector>

namespace saddle::analysis {

struct Selection {
  std::vector<size_t> rows, cols, metrics;  ///< indices into the observations' axes and metrics
  std::vector<size_t> averaged;             ///< axes that are neither, where the trials take several places
};

/// `rows` and `cols` are comma-separated axes: "" for none, nothing for the default. Rows are by default the
/// first axis whose values are names, or else the first axis; columns the others that vary, except seeds.
/// `metrics` are columns, or metrics with all of their columns; default all. Throws UserError for an unknown
/// name.
Selection select(const Observations&, const std::optional<std::string>& rows,
                 const std::optional<std::string>& cols, const std::vector<std::string>& metrics);

}  // namespace saddle::analysis
