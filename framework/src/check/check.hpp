// The conformance suite: what a plugin promises by being of its kind, checked without a line from its author.
// The tests run it over everything that is registered, `saddle check` over a user's library. Nothing here
// knows a plugin by name, but for the partners beside which one is tried.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plugin/registry.hpp"

namespace saddle::check {

/// A plugin, what it's checked with and what it's checked beside.
struct Subject {
  const RegisteredPlugin* plugin = nullptr;
  const Registry* registry = nullptr;  ///< holds it and its partners
  std::map<std::string, std::string>
      settings;  ///< parameters, YAML by name; the others are at their defaults
};

enum class Verdict { ok, failed, skipped };

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string text;  ///< with numbers: what was compared, or what is wrong
};

struct Check {
  std::string_view name;
  std::string_view promise;
  bool (*concerns)(const Subject&);
  Finding (*run)(const Subject&);
};

/// In the order in which they should be read: where an early one fails, later ones may fail for its reason.
const std::vector<Check>& all();

/// Throws UserError where a parameter must be given first.
void require_settings(const Subject& subject);

/// What the plugin throws is a finding. Throws UserError where a setting is wrong.
Finding run(const Check& check, const Subject& subject);

// One function a check.
Finding schema(const Subject& subject);
Finding lanes(const Subject& subject);
Finding replay(const Subject& subject);
Finding resume(const Subject& subject);
Finding leaks(const Subject& subject);
Finding gradients(const Subject& subject);
Finding second_derivatives(const Subject& subject);
Finding overflow(const Subject& subject);
Finding portable(const Subject& subject);
// Of divergences.
Finding exact(const Subject& subject);
Finding finite(const Subject& subject);
// Of f-divergences.
Finding generating_function(const Subject& subject);
Finding conjugate(const Subject& subject);
Finding float32(const Subject& subject);
Finding bound(const Subject& subject);

}  // namespace saddle::check
