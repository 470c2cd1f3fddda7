// Metrics that are asked for after a trial was planned.
#pragma once
#include <string>
#include <vector>

#include "plugin/registry.hpp"

namespace saddle {

/// The trial's resolved text with further metrics, each written as in an experiment file. A metric that is
/// there by name already is replaced. Throws UserError if one is wrong.
std::string add_metrics(const std::string& resolved, const std::vector<std::string>& metrics,
                        const Registry& registry);

}  // namespace saddle
