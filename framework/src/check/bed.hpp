// Small trials to try a plugin in.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/check.hpp"
#include "config/trial.hpp"
#include "game/assembly.hpp"

namespace saddle::check {

/// The settings of a trial, YAML by section; those of `train` apart.
struct Bed {
  std::map<std::string, std::string> sections, train;

  /// Puts a plugin where plugins of its kind stand. Optimizers and schedules become both players'.
  void place(const Subject& subject);
  void add_penalty(const std::string& name) { sections["penalties"] = "[" + name + "]"; }
  void add_constraint(const std::string& name) { sections["constraints"] = "[" + name + "]"; }
  TrialConfig trial(const Registry& registry, uint64_t seed = 0) const;
};

/// Sizes that are no multiple of anything, seven steps.
Bed odd_bed();
/// A smooth critic and generator of few parameters, float64: for derivatives.
Bed smooth_bed();

/// A plugin among partners that it goes with, or why there are none.
struct Placed {
  std::optional<Bed> bed;
  std::string reason;
};
Placed placed(const Subject& subject, Bed bed);

/// With hidden layers of odd widths, where it has some.
Subject odd(const Subject& subject);
/// A network of a few units or channels, whose weights are so large that no small step takes many activations
/// across the kink at 0.
Subject small(const Subject& subject);

/// Why the parts of a trial don't go together; empty if they do.
std::string objection(const TrialConfig& trial);

/// The subject's settings in flow style after `use`: "{use: name, weight: 2}".
std::string part_text(const Subject& subject);

at::TensorOptions options_of(const TrialConfig& trial);

}  // namespace saddle::check
