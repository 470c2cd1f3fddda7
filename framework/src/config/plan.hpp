// The plan of an experiment: every point of its grid resolved, equal ones merged, illegal ones named. Nothing
// has been trained or written when it exists, and nothing about the user's file can be wrong afterwards.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/expand.hpp"
#include "config/experiment.hpp"
#include "config/trial.hpp"

namespace saddle {

struct PlannedTrial {
  TrialConfig config;
  std::vector<AxisValue> axes;  ///< those on which all points that are this trial agree; cases: all names
  bool skipped = false;
  std::string reason;  ///< why it is skipped
};

struct Plan {
  std::string experiment;
  std::string text;                                    ///< of the main file
  std::vector<std::shared_ptr<const Source>> extends;  ///< the files that it extends, the nearest first
  std::vector<std::string> overrides;                  ///< of the command line, as given
  std::vector<std::string> axes;     ///< names of all axes but the seed, in order of appearance
  std::vector<PlannedTrial> trials;  ///< in the order of the grid
  int64_t points = 0;                ///< of the grid
  int64_t merged = 0;                ///< points that were trials already
  std::vector<std::string> notes;    ///< which points merged
  std::vector<std::string> warnings;
  std::string sha256;  ///< of the canonical lines in order
};

/// "kind.name" of plugins whose library can't be loaded, and why: fatal (PluginError) only where one is asked
/// for.
using BrokenPlugins = std::map<std::string, std::string>;

/// Throws UserError with every mistake of the file, PluginError if a plugin is wrong.
Plan make_plan(const Experiment& experiment, const Registry& registry, const BrokenPlugins& broken = {});

/// Trials that train together: planned ones of equal structure, at most `lanes` of them; 0: no limit.
struct PlanGroup {
  std::string structure;       ///< in short: plugin names
  std::vector<size_t> trials;  ///< their places in Plan::trials
};
std::vector<PlanGroup> groups_of(const Plan& plan, int64_t lanes = 0);

/// What `saddle plan` prints.
std::string plan_text(const Plan& plan, int64_t lanes = 0);
std::string plan_json(const Plan& plan, int64_t lanes = 0);

}  // namespace saddle
