// A study on disk: frozen plan, what is done, what is left to do.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/plan.hpp"
#include "store/paths.hpp"
#include "store/plan.hpp"
#include "store/record.hpp"
#include "store/study_lock.hpp"

namespace saddle {

using store::StudyLock;

/// The plan as the store keeps it.
store::Plan to_store_plan(const Plan& plan);

/// Throws UserError if the store is there and holds another experiment, by name.
void check_same_experiment(const store::StorePaths& paths, const std::string& experiment);

struct Work {
  std::vector<const TrialConfig*> train;    ///< new, missing, failed or interrupted
  std::vector<const TrialConfig*> measure;  ///< done, with metrics missing
  size_t kept = 0;                          ///< done and complete
  std::string created;                      ///< when the study was first planned; empty for a new one
  std::string kernels;                      ///< that its results were trained with; empty where none tells
  std::vector<std::string> notes;
};

/// What is left to do of these trials, given what the store holds. Results are trained again only if their
/// status is in `retry`. Shards that are damaged or missing are made again from PATH.h5 where it holds their
/// trials; metrics that are defined otherwise now and can't be measured again are set aside.
Work work_left(const store::StorePaths& paths, const std::vector<const TrialConfig*>& trials,
               const std::vector<store::Status>& retry);

/// By trial the step of the checkpoint that it can go on from. Those of trials that have a result and are not
/// to be trained again are removed: a runner that was killed has left them.
std::map<std::string, int64_t> saved_steps(const store::StorePaths& paths,
                                           const std::vector<const TrialConfig*>& trials, const Work& work);

/// The kernels that were asked for; otherwise those of the store, or native for a new one. Where the two
/// differ the work gets a note.
std::string choose_kernels(const std::string& asked, Work& work);

/// The names of a trial's metrics, for its row in the plan.
std::vector<std::string> metric_names(const TrialConfig& trial);

}  // namespace saddle
