// A trial from the text that a plan, a store or a runner keeps of it.
#pragma once
#include <string>

#include "config/trial.hpp"

namespace saddle {

/// Reads TrialConfig::resolved back: the same trial, with the same id as long as its plugins have the same
/// versions: whatever its data files hold now, they count as they were when it was planned. Throws UserError
/// if a plugin or a parameter no longer exists.
TrialConfig parse_trial(const std::string& resolved, const Registry& registry);

}  // namespace saddle
