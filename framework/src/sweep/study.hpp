// A study on disk: frozen plan, what is done, what is left to do. One runner at a time.
#pragma once
#include <string>
#include <vector>

#include "config/plan.hpp"
#include "store/paths.hpp"
#include "store/plan.hpp"
#include "store/record.hpp"

namespace saddle {

/// Held while a runner works on a study; a second one is refused. Goes with the process, however it ends.
class StudyLock {
 public:
  explicit StudyLock(const store::StorePaths& paths);
  ~StudyLock();
  StudyLock(const StudyLock&) = delete;
  StudyLock& operator=(const StudyLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// The plan as the store keeps it.
store::Plan to_store_plan(const Plan& plan);

/// Throws UserError if the store is there and holds another experiment, by name.
void check_same_experiment(const store::StorePaths& paths, const std::string& experiment);

struct Work {
  std::vector<const TrialConfig*> train;    ///< new, missing, failed or interrupted
  std::vector<const TrialConfig*> measure;  ///< done, with metrics missing
  size_t kept = 0;                          ///< done and complete
  std::string created;                      ///< when the study was first planned; empty for a new one
  std::vector<std::string> notes;
};

/// What is left to do of these trials, given what the store holds. Results are trained again only if their
/// status is in `retry`.
Work work_left(const store::StorePaths& paths, const std::vector<const TrialConfig*>& trials,
               const std::vector<store::Status>& retry);

}  // namespace saddle
