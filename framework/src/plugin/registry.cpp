#include "plugin/registry.hpp"

namespace saddle {

PluginObject::PluginObject(const RegisteredPlugin& plugin)
    : plugin_(&plugin), object_(plugin.entry->create()) {}

PluginObject::PluginObject(PluginObject&& other) noexcept
    : plugin_(other.plugin_), object_(std::exchange(other.object_, nullptr)) {}

PluginObject::~PluginObject() {
  if (object_) delete plugin_->entry->as_plugin(object_);
}

void Registry::add(const PluginEntry& entry, std::filesystem::path library) {
  const auto key = std::pair(entry.kind, std::string(entry.name));
  if (const auto old = plugins_.find(key); old != plugins_.end())
    throw PluginError(fmt::format("{}: the {} '{}' is already there, from {}; rename one of them",
                                  library.string(), kind_name(entry.kind), entry.name,
                                  old->second->library.string()));
  auto plugin = std::make_unique<RegisteredPlugin>();
  plugin->entry = &entry;
  plugin->schema.reset(entry.describe());
  plugin->library = std::move(library);
  // Lanes share one data object.
  for (const ParamSpec& spec : plugin->schema->params())
    if (entry.kind == Kind::data && spec.per_lane)
      throw PluginError(
          fmt::format("{}: the parameter '{}' of the data '{}' is a LaneReal; data are shared by lanes, "
                      "make it a double",
                      plugin->library.string(), spec.name, entry.name));
  plugins_.emplace(key, std::move(plugin));
}

const RegisteredPlugin* Registry::find(Kind kind, std::string_view name) const {
  const auto found = plugins_.find(std::pair(kind, std::string(name)));
  return found == plugins_.end() ? nullptr : found->second.get();
}

std::vector<const RegisteredPlugin*> Registry::of(Kind kind) const {
  std::vector<const RegisteredPlugin*> all;
  for (const auto& [key, plugin] : plugins_)
    if (key.first == kind) all.push_back(plugin.get());
  return all;
}

}  // namespace saddle
