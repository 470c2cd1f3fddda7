// Which trials train together, and in what order groups are handed out.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/trial.hpp"

namespace saddle {

struct Group {
  std::vector<const TrialConfig*> trials;  ///< equal structural texts
  bool measure_only = false;               ///< trained already; only metrics are missing
  double weight = 0;                       ///< a guess of the work that is left, in no unit
  int64_t start = 0;                       ///< the step that the checkpoints of its trials are at
};

/// A guess of the work of one trial.
double weight_of(const TrialConfig& trial);

/// Groups of at most `lanes` trials, the heaviest first, small enough that all workers end about together.
/// `saved`: by trial the step of its checkpoint; only trials at one step go on together. `pieces`: that the
/// work of one worker is cut into at least; the last groups to end then end near each other.
std::vector<Group> make_groups(const std::vector<const TrialConfig*>& train,
                               const std::vector<const TrialConfig*>& measure, int64_t lanes, int64_t workers,
                               const std::map<std::string, int64_t>& saved = {}, int64_t pieces = 3);

}  // namespace saddle
