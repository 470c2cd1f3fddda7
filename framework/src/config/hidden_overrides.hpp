// Overrides of the command line that the grid overrides in turn: most often not meant.
#pragma once
#include <string>
#include <vector>

#include "config/experiment.hpp"

namespace saddle {

/// A sentence for each override of base that an axis, or an entry of `include`, sets to something else.
std::vector<std::string> hidden_overrides(const Experiment& experiment);

}  // namespace saddle
