// Everything that is registered, held to what framework/src/check makes of it.
#pragma once
#include <ATen/Parallel.h>

#include <cstdlib>

#include "catch.hpp"
#include "check/box.hpp"
#include "check/check.hpp"
#include "plugin/loader.hpp"

namespace saddle::testing {

/// Every plugin of the build and what they are checked beside.
inline const Registry& checked_registry() {
  static const Registry all = [] {
    at::set_num_threads(1);  // as in a worker
    Registry loaded;
    load_plugins(loaded, std::getenv("SADDLE_PLUGINS_DIR"));
    check::add_partners(loaded);
    return loaded;
  }();
  return all;
}

/// What plugins need that have parameters without defaults.
inline std::map<std::string, std::string> example(const RegisteredPlugin& plugin) {
  std::map<std::string, std::string> settings;
  for (const ParamSpec& spec : plugin.schema->params()) {
    if (!spec.required) continue;
    if (spec.name == "path")
      settings["path"] =
          fmt::format("'{}/tests/fixtures/points.{}'", std::getenv("SADDLE_SOURCE"), plugin.name());
    else if (spec.name == "means")
      settings["means"] = "[[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]]";
    else if (spec.name == "stds")
      settings["stds"] = "[0.1]";
    else if (spec.name == "dataset")
      settings["dataset"] = "points";
    else if (spec.name == "length")
      settings["length"] = "5";
  }
  return settings;
}

/// Runs one check over every plugin that it concerns. How many it passed.
inline int hold(const std::string& name) {
  const auto& checks = check::all();
  const auto found =
      std::find_if(checks.begin(), checks.end(), [&](const auto& c) { return c.name == name; });
  REQUIRE(found != checks.end());
  int passed = 0;
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject{plugin, &checked_registry(), example(*plugin)};
      if (!found->concerns(subject)) continue;
      const check::Finding finding = check::run(*found, subject);
      INFO(kind_name(kind) << " " << plugin->name() << ": " << finding.text);
      CHECK(finding.verdict != check::Verdict::failed);
      // Data may lie on other machines only; not every divergence has a formula, nor every gradient a
      // derivative.
      if (finding.verdict == check::Verdict::skipped)
        CHECK((kind == Kind::data || name == "exact" || name == "second"));
      else
        ++passed;
    }
  return passed;
}

}  // namespace saddle::testing
