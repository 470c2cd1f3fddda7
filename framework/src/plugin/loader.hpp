// Opening plugin libraries. The one part that sees Boost.DLL.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/registry.hpp"

namespace saddle {

/// A library that was found and could not be used. Fatal only where an experiment needs something from it.
struct PluginFailure {
  std::filesystem::path library;
  std::string message;
};

/// Adds the plugins of every *.so in the folder, in two phases: all libraries are opened and checked, then
/// all are added, so that a broken one leaves no trace. Libraries are never unloaded. Throws PluginError if a
/// name is taken.
std::vector<PluginFailure> load_plugins(Registry& registry, const std::filesystem::path& folder);

/// Opens and checks one library. Throws PluginError.
const Manifest& open_plugin(const std::filesystem::path& given);

}  // namespace saddle
