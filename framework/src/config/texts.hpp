// Small texts that several parts of the configuration share.
#pragma once
#include <saddle/schema.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "schema/suggest.hpp"

namespace saddle {

/// A map in flow style; values are YAML already.
inline std::string flow_map(const std::map<std::string, std::string>& entries) {
  std::string text = "{";
  for (const auto& [key, value] : entries)
    text += (text.size() > 1 ? ", " : "") + scalar_text(key) + ": " + value;
  return text + "}";
}

/// "1 trial", "3 trials".
inline std::string counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

inline ValuePtr empty_map() {
  auto map = std::make_shared<Value>();
  map->kind = Value::Kind::map;
  return map;
}

/// Letters, digits, '-' and '_'.
inline bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// The mistake of a parameter that does not exist; the hint is the nearest one's documentation, or
/// `otherwise`.
inline Diagnostic unknown_param(const Entry& entry, const std::string& path, const std::string& owner,
                                const SchemaBase& schema, const std::string& otherwise,
                                std::vector<std::string> names = {}) {
  for (const ParamSpec& spec : schema.params()) names.push_back(spec.name);
  const ParamSpec* near = schema.find(nearest(entry.key, names));
  return {entry.place, path + "." + entry.key,
          owner + " has no such parameter" + did_you_mean(entry.key, names), near ? near->help() : otherwise};
}

}  // namespace saddle
