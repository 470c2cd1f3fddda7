#include "sweep/study.hpp"

#include <fmt/ranges.h>

#include <map>
#include <set>

#include "store/checkpoint.hpp"
#include "store/reader.hpp"
#include "store/shard.hpp"
#include "sweep/record.hpp"
#include "sweep/redefined.hpp"

namespace saddle {

store::Plan to_store_plan(const Plan& plan) {
  store::Plan kept;
  kept.experiment = plan.experiment;
  kept.created = store::utc_now();
  kept.experiment_text = plan.text;
  kept.overrides = plan.overrides;
  for (const auto& file : plan.extends) kept.extends.push_back({file->name, file->text});
  for (const PlannedTrial& trial : plan.trials) {
    store::PlanRow row;
    row.id = trial.config.id;
    row.config = trial.config.canonical;
    row.resolved = trial.config.resolved;
    row.seed = trial.config.seed;
    row.status = trial.skipped ? store::Status::skipped : store::Status::planned;
    row.reason = trial.reason;
    row.metrics = metric_names(trial.config);
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
  size_t repaired() const { return repaired_; }

  std::optional<store::TrialRecord> find(const std::string& id, store::Part part) const {
    try {
      if (store_ && store_->has(id)) return store_->trial(id, part);
      if (!store_ && shards_.contains(id)) return store::read_shard(paths_.shard(id), part);
    } catch (const UserError&) {
      // A damaged shard, and no merged file that holds the trial: it is trained again.
    }
    return std::nullopt;
  }

  // The whole trial, which afterwards has a shard of its own: workers measure from shards.
  std::optional<store::TrialRecord> in_study(const std::string& id) {
    if (shards_.contains(id)) try {
        return store::read_shard(paths_.shard(id));
      } catch (const UserError&) {
        // Damaged.
      }
    auto whole = find(id, store::Part::whole);
    if (!whole) return whole;
    store::write_shard(paths_, *whole);
    if (!shards_.insert(id).second) ++repaired_;
    return whole;
  }

  bool is_damaged(const std::string& id) const { return store_ && store_->damaged().contains(id); }

 private:
  const store::StorePaths& paths_;
  std::set<std::string> shards_;
  std::optional<store::Store> store_;
  size_t repaired_ = 0;
};

// Metrics that finished trials hold measured otherwise: in how many, and what became of the old ones.
class Redefined {
 public:
  void add(const std::vector<Redefinition>& all) {
    for (const Redefinition& one : all) {
      Entry& entry = entries_[one.metric];
      if (!one.aside.empty()) {
        ++entry.set_aside;
        entry.names.insert(one.aside);
      }
      entry.came_back += one.came_back;
    }
  }
  void tell(std::vector<std::string>& notes) const {
    for (const auto& [metric, entry] : entries_) {
      if (entry.set_aside > 0)
        notes.push_back(
            fmt::format("{0}: {1} finished trials hold it measured otherwise; value and series of that stay "
                        "with them as {2}. Only training gives the {0} of now a series",
                        metric, entry.set_aside, fmt::join(entry.names, ", ")));
      if (entry.came_back > 0)
        notes.push_back(
            fmt::format("{}: what {} finished trials held of it before, measured as it is asked for again, "
                        "comes back with its series",
                        metric, entry.came_back));
    }
  }

 private:
  struct Entry {
    size_t set_aside = 0, came_back = 0;
    std::set<std::string> names;
  };
  std::map<std::string, Entry> entries_;
};

// Sorts trials into what is to be trained, to be measured and done.
class Sorter {
 public:
  Sorter(const store::StorePaths& paths, const std::vector<store::Status>& retry)
      : paths_(paths), retry_(retry), records_(paths) {
    work_.created = records_.created();
  }

  void add(const TrialConfig& trial) {
    const auto record = records_.find(trial.id, store::Part::summary);
    if (!record || !store::is_result(record->status) ||
        std::find(retry_.begin(), retry_.end(), record->status) != retry_.end()) {
      work_.train.push_back(&trial);
      return;
    }
    if (records_.is_damaged(trial.id)) records_.in_study(trial.id);
    look_at_kernels(trial.id);
    if (metrics_to_measure(trial, record->metrics).empty())
      ++work_.kept;
    else
      add_unmeasured(trial);
  }

  Work finish() {
    redefined_.tell(work_.notes);
    if (not_kept_ > 0)
      work_.notes.push_back(
          fmt::format("{} finished trials keep no weights: the metrics that were added can't be measured "
                      "for them; --retry done trains them again",
                      not_kept_));
    if (records_.repaired() > 0)
      work_.notes.push_back(fmt::format("{} damaged shards were made again from {}, which holds their trials",
                                        records_.repaired(), paths_.file.string()));
    return std::move(work_);
  }

 private:
  void add_unmeasured(const TrialConfig& trial) {
    auto whole = records_.in_study(trial.id);
    if (!whole) {  // damaged where only reading it whole shows it
      work_.train.push_back(&trial);
      return;
    }
    const bool weights = !whole->weights.empty();
    const auto redefined = set_aside_redefined(*whole, trial);
    redefined_.add(redefined);
    const bool complete = metrics_to_measure(trial, whole->metrics).empty();
    if (weights && !complete) {
      work_.measure.push_back(&trial);
      return;
    }
    // A number of the old definition must not pass for one of the new.
    whole->config = trial.resolved;
    if (!redefined.empty()) store::write_shard(paths_, *whole);
    if (!complete) ++not_kept_;
    ++work_.kept;
  }

  void look_at_kernels(const std::string& id) {
    if (!work_.kernels.empty()) return;
    if (const auto record = records_.find(id, store::Part::light))
      work_.kernels = value_of(record->provenance, "kernels");
  }

  const store::StorePaths& paths_;
  const std::vector<store::Status>& retry_;
  Records records_;
  Redefined redefined_;
  size_t not_kept_ = 0;
  Work work_;
};

}  // namespace

Work work_left(const store::StorePaths& paths, const std::vector<const TrialConfig*>& trials,
               const std::vector<store::Status>& retry) {
  Sorter sorter(paths, retry);
  for (const TrialConfig* trial : trials) sorter.add(*trial);
  return sorter.finish();
}

std::map<std::string, int64_t> saved_steps(const store::StorePaths& paths,
                                           const std::vector<const TrialConfig*>& trials, const Work& work) {
  auto saved = store::checkpoint_steps(paths);
  for (const TrialConfig* trial : trials)
    if (saved.contains(trial->id) &&
        std::find(work.train.begin(), work.train.end(), trial) == work.train.end()) {
      saved.erase(trial->id);
      store::remove_checkpoint(paths, trial->id);
    }
  return saved;
}

std::string choose_kernels(const std::string& asked, Work& work) {
  if (asked.empty()) return work.kernels.empty() ? "native" : work.kernels;
  if (!work.kernels.empty() && asked != work.kernels)
    work.notes.push_back(fmt::format(
        "the store's results were trained with {} kernels, what is added comes from {} ones: their "
        "numbers differ in the last digits",
        work.kernels, asked));
  return asked;
}

std::vector<std::string> metric_names(const TrialConfig& trial) {
  std::vector<std::string> names;
  for (const PartPtr& metric : trial.metrics) names.push_back(metric->as);
  return names;
}

}  // namespace saddle
