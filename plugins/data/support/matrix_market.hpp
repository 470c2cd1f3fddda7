// The Matrix Market exchange format.
#pragma once
#include "files.hpp"
#include "table.hpp"

namespace saddle {

/// A real, integer or pattern matrix, coordinate or array, of any symmetry; pattern entries are 1. Mistakes
/// are ParamErrors of `path` that begin with name:line.
Table read_matrix_market(const Path& file);

}  // namespace saddle
