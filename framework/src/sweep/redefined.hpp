// Metrics that an experiment now defines otherwise than when a trial was measured. What a trial holds under
// the name is set aside, not lost: a new value must not stand beside a series of the old definition.
#pragma once
#include <string>
#include <vector>

#include "config/trial.hpp"
#include "store/record.hpp"

namespace saddle {

struct Redefinition {
  std::string metric;      ///< "mmd"
  std::string aside;       ///< "mmd@1": no metric of an experiment can be called so; empty: there was none
  bool came_back = false;  ///< what is asked for had been set aside once
};

/// Renames value and series of every metric that the trial defines otherwise. What was set aside once and is
/// asked for again comes back.
std::vector<Redefinition> set_aside_redefined(store::TrialRecord& record, const TrialConfig& trial);

}  // namespace saddle
