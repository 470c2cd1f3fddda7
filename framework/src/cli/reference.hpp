// Reference pages, generated from what plugins say of themselves.
#pragma once
#include <string>

#include "analysis/table.hpp"
#include "plugin/registry.hpp"

namespace saddle {

/// Throws UserError if there is none of that name.
Kind kind_named(const std::string& name);

/// All plugins, those of one kind, or one of them (empty: all). Throws UserError for an unknown kind, name or
/// format.
std::string reference(const Registry& registry, const std::string& kind, const std::string& name,
                      analysis::Format format);

}  // namespace saddle
