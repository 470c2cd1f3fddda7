// Overrides of the command line: `key=value` sets base and removes that axis, `key=a,b` makes an axis, `~key`
// removes one. For an axis of named cases, values are names of cases. They are applied in their order.
#pragma once
#include <string>
#include <vector>

#include "config/experiment.hpp"

namespace saddle {

void apply_overrides(Experiment& experiment, const std::vector<std::string>& overrides);

}  // namespace saddle
