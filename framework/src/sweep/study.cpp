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
  std::string there;
  try {
    there = store::Store::open(paths.base).plan().experiment;
  } catch (const UserError&) {
    // Only the plan of a study is damaged: it is made anew, and the shards beside it count.
    if (std::filesystem::exists(paths.file)) throw;
    return;
  }
  if (there == experiment) return;
  throw UserError(
      fmt::format("{} holds the experiment '{}', not '{}'; nothing was run. Give this run another --out, "
                  "or its own name back.",
                  paths.base.string(), there, experiment));
}

namespace {

// What a store holds of its trials, whole or with a damaged or missing plan.
class Records {
 public:
  explicit Records(const store::StorePaths& paths) : paths_(paths) {
    for (std::string& id : store::list_shards(paths)) shards_.insert(std::move(id));
    if (!store::store_exists(paths)) return;
    try {
      store_ = store::Store::open(paths.base);
    } catch (const UserError&) {
      if (std::filesystem::exists(paths.file)) throw;
    }
  }
  std::string created() const { return store_ ? store_->plan().created : std::string(); }
  bool in_study(const std::string& id) const { return shards_.contains(id); }
  std::optional<store::TrialRecord> find(const std::string& id, store::Part part) const {
    try {
      if (store_ && store_->has(id)) return store_->trial(id, part);
      if (!store_ && in_study(id)) return store::read_shard(paths_.shard(id), part);
    } catch (const UserError&) {
      // A damaged shard: its trial is trained again.
    }
    return std::nullopt;
  }

 private:
  const store::StorePaths& paths_;
  std::set<std::string> shards_;
  std::optional<store::Store> store_;
};

}  // namespace

Work work_left(const store::StorePaths& paths, const std::vector<const TrialConfig*>& trials,
               const std::vector<store::Status>& retry) {
  Work work;
  const Records records(paths);
  work.created = records.created();
  size_t not_kept = 0;
  for (const TrialConfig* trial : trials) {
    const auto record = records.find(trial->id, store::Part::summary);
    if (!record || !store::is_result(record->status) ||
        std::find(retry.begin(), retry.end(), record->status) != retry.end()) {
      work.train.push_back(trial);
    } else if (metrics_are_complete(*trial, record->metrics)) {
      ++work.kept;
    } else {
      const auto whole = records.find(trial->id, store::Part::whole);
      if (!whole || whole->weights.empty()) {
        ++not_kept;
        ++work.kept;
        continue;
      }
      // Workers measure from shards; what only the merged file holds is brought back first.
      if (!records.in_study(trial->id)) store::write_shard(paths, *whole);
      work.measure.push_back(trial);
    }
  }
  if (not_kept > 0)
    work.notes.push_back(
        fmt::format("{} finished trials keep no weights: the metrics that were added can't be measured "
                    "for them; --retry done trains them again",
                    not_kept));
  return work;
}

}  // namespace saddle
