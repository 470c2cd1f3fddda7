// All plugins that were found, by kind and name. An ordinary object, owned by main.
#pragma once
#include <saddle/plugin.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace saddle {

/// One plugin: how to make it, what it says of itself, and where it came from.
struct RegisteredPlugin {
  const PluginEntry* entry = nullptr;
  std::unique_ptr<const SchemaBase> schema;
  std::filesystem::path library;  ///< empty when linked in (tests)

  Kind kind() const { return entry->kind; }
  std::string name() const { return entry->name; }
};

/// A plugin object and the way to it, for parameter assignment and by kind.
class PluginObject {
 public:
  explicit PluginObject(const RegisteredPlugin& plugin);
  ~PluginObject();
  PluginObject(PluginObject&& other) noexcept;
  PluginObject& operator=(PluginObject&&) = delete;
  const RegisteredPlugin& plugin() const { return *plugin_; }
  void* most_derived() const { return object_; }
  /// Of its kind: T is Data, Prior, Generator, …
  template <class T>
  T& as() const {
    return *static_cast<T*>(plugin_->entry->as_kind(object_));
  }
  /// Of any kind.
  Plugin& as_plugin() const { return *plugin_->entry->as_plugin(object_); }

 private:
  const RegisteredPlugin* plugin_;
  void* object_;
};

class Registry {
 public:
  /// Throws PluginError if the name is taken within its kind.
  void add(const PluginEntry& entry, std::filesystem::path library = {});
  /// Null if there is none.
  const RegisteredPlugin* find(Kind kind, std::string_view name) const;
  /// Sorted by name.
  std::vector<const RegisteredPlugin*> of(Kind kind) const;

 private:
  std::map<std::pair<Kind, std::string>, std::unique_ptr<RegisteredPlugin>> plugins_;
};

}  // namespace saddle
