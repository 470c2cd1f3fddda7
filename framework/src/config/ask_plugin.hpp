// A plugin that throws is named.
#pragma once
#include <saddle/error.hpp>

#include <string>

#include "plugin/registry.hpp"

namespace saddle {

/// Calls into a plugin; what it throws, except ParamError and UserError, becomes PluginError with its name.
template <class Function>
auto ask_plugin(const RegisteredPlugin& plugin, Function&& function) {
  auto blamed = [&](const char* what) {
    return PluginError(std::string(kind_name(plugin.kind())) + " " + plugin.name() + ": " + what);
  };
  try {
    return function();
  } catch (const ParamError&) {
    throw;
  } catch (const PluginError&) {
    throw;
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& e) {
    throw blamed(e.what());
  } catch (...) {
    throw blamed("threw something that is no exception");
  }
}

}  // namespace saddle
