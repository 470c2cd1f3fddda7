#include "sweep/study.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <set>

#include "store/reader.hpp"
#include "store/shard.hpp"
#include "sweep/record.hpp"

namespace saddle {

StudyLock::StudyLock(const store::StorePaths& paths) {
  std::error_code error;
  std::filesystem::create_directories(paths.study, error);
  if (error) throw UserError(fmt::format("{} can't be made: {}", paths.study.string(), error.message()));
  const auto file = paths.study / "lock";
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw UserError(fmt::format("{} can't be written", file.string()));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor_);
    throw UserError(fmt::format("another saddle is running {}; wait for it, or give this run another --out",
                                paths.study.string()));
  }
}

StudyLock::~StudyLock() { close(descriptor_); }

store::Plan to_store_plan(const Plan& plan) {
  store::Plan kept;
  kept.experiment = plan.experiment;
  kept.created = store::utc_now();
  kept.experiment_text = plan.text;
  for (const PlannedTrial& trial : plan.trials) {
    store::PlanRow row;
    row.id = trial.config.id;
    row.config = trial.config.canonical;
    row.resolved = trial.config.resolved;
    row.seed = trial.config.seed;
    row.status = trial.skipped ? store::Status::skipped : store::Status::planned;
    row.reason = trial.reason;
    for (const AxisValue& axis : trial.axes) row.params.push_back({axis.axis, axis.text, axis.number});
    kept.rows.push_back(std::move(row));
  }
  kept.plan_sha256 = store::plan_sha256(kept);
  return kept;
}

void check_same_experiment(const store::StorePaths& paths, const std::string& experiment) {
  if (!store::store_exists(paths)) return;
  const std::string there = store::Store::open(paths.base).plan().experiment;
  if (there == experiment) return;
  throw UserError(
      fmt::format("{} holds the experiment '{}', not '{}'; nothing was run. Give this run another --out, "
                  "or its own name back.",
                  paths.base.string(), there, experiment));
}

Work work_left(const store::StorePaths& paths, const std::vector<const TrialConfig*>& trials,
               const std::vector<store::Status>& retry) {
  Work work;
  if (!store::store_exists(paths)) {
    work.train = trials;
    return work;
  }
  const store::Store opened = store::Store::open(paths.base);
  const auto shards = store::list_shards(paths);
  const std::set<std::string> in_study(shards.begin(), shards.end());
  size_t not_kept = 0;
  for (const TrialConfig* trial : trials) {
    const bool there = opened.has(trial->id);
    const auto record = there ? opened.trial(trial->id, store::Part::summary) : store::TrialRecord{};
    if (!there || !store::is_result(record.status) ||
        std::find(retry.begin(), retry.end(), record.status) != retry.end()) {
      work.train.push_back(trial);
    } else if (metrics_are_complete(*trial, record.metrics)) {
      ++work.kept;
    } else {
      const auto whole = opened.trial(trial->id);
      if (whole.weights.empty()) {
        ++not_kept;
        ++work.kept;
        continue;
      }
      // Workers measure from shards; what only the merged file holds is brought back first.
      if (!in_study.contains(trial->id)) store::write_shard(paths, whole);
      work.measure.push_back(trial);
    }
  }
  if (not_kept > 0)
    work.notes.push_back(
        fmt::format("{} finished trials keep no weights: the metrics that were added can't be "
                    "measured for them",
                    not_kept));
  return work;
}

}  // namespace saddle
