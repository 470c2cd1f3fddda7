// Data to try heads on: nothing that ships lies in whatever range a head has.
#pragma once
#include "plugin/registry.hpp"

namespace saddle::check {

/// Its name within the kind `data`; no user can mistake it for one of theirs.
constexpr const char* box_name = "check_box";

/// Adds what checks need beside the plugins that ship.
void add_partners(Registry& registry);

}  // namespace saddle::check
