// From what the user wrote to checked parts: plugin found, parameters read, canonical text made. A part that
// many points of a grid have in common is checked once and is one object.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/mistakes.hpp"
#include "config/trial.hpp"

namespace saddle {

/// What the checking of parts depends on beside the parts.
struct PartsContext {
  const Registry& registry;
  Mistakes& mistakes;
  std::filesystem::path home;                   ///< folder of the main file: relative paths count from here
  Place base_place;                             ///< of parts that the user did not write
  bool base_is_whole = true;                    ///< false where mistakes left something of it out
  std::map<std::string, std::string> broken{};  ///< "kind.name" of a library that can't be loaded, and why
  /// Of a trial that was planned before, which no file can change any more: path parameters as they were
  /// written, and what SHA-256 began with.
  struct Planned {
    std::map<std::string, std::string> written, sha256;
  };
  std::optional<Planned> planned{};
};

class PartFactory {
 public:
  explicit PartFactory(PartsContext context) : c_(std::move(context)) {}

  /// The part that `value` describes, a null pointer standing for the default; null if something is wrong
  /// with it. `complete`: whether a missing parameter is a mistake.
  PartPtr part(Kind kind, const ValuePtr& value, const std::string& path, std::string_view default_use,
               bool complete);
  /// A list of parts; `right` becomes false if something is wrong.
  std::vector<PartPtr> list(Kind kind, const ValuePtr& value, const std::string& path, bool complete,
                            bool& right);
  PartsContext& context() { return c_; }

 private:
  struct Draft;
  PartPtr build(Kind kind, const ValuePtr& value, const std::string& path, std::string_view default_use,
                bool complete);
  const RegisteredPlugin* plugin(Kind kind, const std::string& name, const Place& place,
                                 const std::string& path);
  void read_params(const Value& map, Draft& draft);
  std::string path_text(const Value& value, const ParamSpec& spec, const std::string& path, PartConfig& part,
                        std::vector<Diagnostic>& wrong);
  void note_content(const Value& value, const ParamSpec& spec, const std::string& path, PartConfig& part,
                    std::vector<Diagnostic>& wrong);
  void note_files(PartConfig& part, std::vector<Diagnostic>& wrong);
  PartPtr shared(PartConfig part);

  struct Key {
    const Value* value;
    std::string path;
    bool complete;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& k) const {
      return std::hash<const void*>()(k.value) * 31 + std::hash<std::string>()(k.path) * 2 + k.complete;
    }
  };
  PartsContext c_;
  Contents contents_;
  std::unordered_map<Key, PartPtr, Hash> by_value_;
  std::vector<ValuePtr> kept_alive_;  // so that no address in by_value_ is used twice
  std::unordered_map<std::string, PartPtr> by_text_;
};

}  // namespace saddle
