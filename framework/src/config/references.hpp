// `${path}`: a value that is the value of another path, or a text with such values inside.
#pragma once
#include <string>
#include <unordered_map>

#include "config/mistakes.hpp"
#include "config/settings.hpp"
#include "plugin/registry.hpp"

namespace saddle {

/// The value at a path, or its default where it is not set and has one; null otherwise.
ValuePtr value_or_default(const Settings& settings, const SettingPath& path, const Registry& registry);

class References {
 public:
  References(const Registry& registry, Mistakes& mistakes) : registry_(registry), mistakes_(mistakes) {}
  /// The settings without references; false if one leads nowhere. A section with a wrong one becomes null.
  bool resolve(Settings& settings, Mistakes& mistakes);
  bool resolve(Settings& settings) { return resolve(settings, mistakes_); }

 private:
  bool has_reference(const ValuePtr& section);
  const Registry& registry_;
  Mistakes& mistakes_;
  std::unordered_map<const Value*, std::pair<ValuePtr, bool>> known_;
};

}  // namespace saddle
