// A JSON schema (draft 2020-12) of experiment files, for editors: made from what the plugins and the core's
// sections say of their parameters, as everything else that is known of them is.
//
// It knows names, types, ranges, choices, defaults and documentation. What depends on more than one place
// (references, overrides, which parts go together) it lets pass: `saddle plan` has the last word.
#pragma once
#include <string>

#include "plugin/registry.hpp"

namespace saddle {

std::string json_schema(const Registry& registry);

}  // namespace saddle
