// From checked parts to plugin objects.
#pragma once
#include <vector>

#include "config/trial.hpp"

namespace saddle {

/// An object of the plugin that all these parts name (one part a lane), its parameters assigned: structural
/// ones from the first, per-lane ones from each. Throws UserError if a file is no longer what was planned.
PluginObject instantiate(const std::vector<const PartConfig*>& lanes, const AssignContext& context);

}  // namespace saddle
