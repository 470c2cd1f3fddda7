// Plugin objects by themselves, outside of a trial.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "check/check.hpp"
#include "config/texts.hpp"

namespace saddle::check {

/// Parameters as YAML by name; the others are at their defaults.
using Settings = std::map<std::string, std::string>;

PluginObject make(const RegisteredPlugin& plugin, const Settings& settings, int64_t lanes = 1,
                  at::ScalarType dtype = at::kDouble);

/// The subject's own settings; then, one at a time, every choice of every other parameter that has choices,
/// and several values of every number.
std::vector<Settings> variations(const Subject& subject);

/// Of these, the subject's own settings and the choices.
std::vector<Settings> choices(const Subject& subject);

/// " with {order: 2}", or nothing.
std::string settings_text(const Settings& settings);

}  // namespace saddle::check
