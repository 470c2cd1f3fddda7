// Reading a store, whatever of it is there: the merged file, the study, or both. Works while a sweep is
// running and after it was killed. Knows nothing of how trials are trained.
#pragma once
#include "store/activity.hpp"
#include "store/paths.hpp"
#include "store/plan.hpp"
#include "store/record.hpp"
#include "store/shard.hpp"
#include "store/trial_table.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace saddle::store {

/// A snapshot of a store: plan and table are as they were when it was opened.
class Store {
 public:
  /// `given` is PATH, PATH.h5 or PATH.study. The study's plan and shards go before the merged file, which
  /// stands in for what is damaged of them. Throws UserError when there is no such store, or it is damaged,
  /// foreign or of a newer format.
  static Store open(const std::filesystem::path& given);

  const StorePaths& paths() const { return paths_; }
  std::string name() const { return paths_.base.filename().string(); }
  const Plan& plan() const { return plan_; }
  const TrialTable& table() const { return table_; }
  /// A sentence for each thing that is damaged and what stands in for it. The trial of a damaged shard counts
  /// as planned where PATH.h5 does not hold it.
  const std::vector<std::string>& unreadable() const { return unreadable_; }
  /// Trials whose shard is damaged.
  const std::set<std::string>& damaged() const { return damaged_; }

  /// The trials that have a record, in the plan's order; then those that the plan no longer holds.
  std::vector<std::string> recorded() const;
  bool has(const std::string& id) const { return shards_.contains(id) || merged_.contains(id); }
  /// The one trial, planned or recorded, whose id starts so. Throws UserError when there is none or several.
  std::string resolve(const std::string& prefix) const;
  /// Of a trial without a shard what the plan and the runner say: that it is skipped, running, interrupted.
  /// Throws UserError when there is nothing to say (it is planned or unknown).
  TrialRecord trial(const std::string& id, Part = Part::whole) const;

 private:
  bool read_study_plan();
  void read_study();
  void read_file(bool with_plan);
  TrialRecord trial_of_file(const std::string& id, Part) const;

  StorePaths paths_;
  Plan plan_;
  Activity activity_;
  TrialTable table_;
  std::set<std::string> shards_;   ///< trials that a readable shard holds
  std::set<std::string> damaged_;  ///< trials whose shard is damaged
  std::set<std::string> merged_;   ///< trials that PATH.h5 holds
  std::set<std::string> unended_;  ///< skipped and interrupted ones in a PATH.h5 without a study
  std::vector<std::string> unreadable_;
};

/// Whether a store is there, in whole or in part.
bool store_exists(const StorePaths&);

}  // namespace saddle::store
