#include "store/merge.hpp"

#include "store/atomic_file.hpp"
#include "store/hdf5.hpp"
#include "store/shard.hpp"
#include "store/store_file.hpp"
#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <map>
#include <optional>
#include <set>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

/// A merge in progress: copies trials into the new file and remembers their summaries for the table.
class Merge {
 public:
  Merge(const StorePaths& paths, const Plan& plan, hdf5::File& out)
      : paths_(paths), plan_(plan), out_(out), trials_(hdf5::create_group(out.id(), "trials")) {
    for (const PlanRow& row : plan.rows) planned_.insert(row.id);
  }

  void take_shards() {
    for (const std::string& id : list_shards(paths_)) {
      try {
        take(hdf5::File::open(paths_.shard(id)), id, paths_.shard(id).string());
        ++report_.merged;
      } catch (const std::exception& error) {
        if (hdf5::exists(trials_.id(), id)) hdf5::remove(trials_.id(), id);
        records_.erase(id);
        report_.unreadable.push_back(paths_.shard(id).string() + ": this shard can't be read (" +
                                     error.what() + ")");
      }
    }
  }

  void carry_over(const hdf5::File& old) {
    const hdf5::Handle trials = hdf5::open_group(old.id(), "trials");
    for (const std::string& id : hdf5::members(trials.id())) {
      if (records_.contains(id)) continue;
      take(old, id, paths_.file.string());
      ++report_.carried_over;
    }
  }

  MergeReport finish() {
    write_table(out_, make_trial_table(plan_, records_));
    trials_ = hdf5::Handle();
    out_.close();
    return std::move(report_);
  }

 private:
  void take(const hdf5::File& from, const std::string& id, const std::string& path) {
    check_format(from, path);
    const hdf5::Handle trials = hdf5::open_group(from.id(), "trials");
    TrialRecord summary = read_trial(trials.id(), id, Part::summary);
    copy_trial(trials.id(), id, trials_.id());
    records_.insert_or_assign(id, std::move(summary));
    if (!planned_.contains(id)) ++report_.outside_plan;
  }

  const StorePaths& paths_;
  const Plan& plan_;
  hdf5::File& out_;
  hdf5::Handle trials_;
  std::set<std::string> planned_;
  std::map<std::string, TrialRecord> records_;
  MergeReport report_;
};

std::optional<hdf5::File> open_old(const StorePaths& paths, const Plan& plan) {
  std::error_code ignored;
  if (!fs::exists(paths.file, ignored)) return {};
  hdf5::File old = open_store_file(paths);
  if (const std::string name = experiment_of(old); name != plan.experiment)
    throw UserError(paths.file.string() + ": holds the experiment '" + name + "', not '" + plan.experiment +
                    "'; choose another --out or move it away");
  return old;
}

}  // namespace

MergeReport merge(const StorePaths& paths, const Plan& plan) {
  remove_stale_temporaries(paths.file.has_parent_path() ? paths.file.parent_path() : ".",
                           paths.file.filename().string());
  try {
    const std::optional<hdf5::File> old = open_old(paths, plan);
    AtomicFile target(paths.file);
    hdf5::File out = hdf5::File::create(target.temporary());
    write_format(out);
    write_plan(out, plan);
    Merge merge(paths, plan, out);
    merge.take_shards();
    if (old) merge.carry_over(*old);
    MergeReport report = merge.finish();
    target.commit();
    return report;
  } catch (const hdf5::Error& error) {
    throw UserError(paths.file.string() + ": cannot be written (" + error.what() +
                    "); check the free space and the permissions of its folder");
  }
}

MergeReport merge(const StorePaths& paths) { return merge(paths, read_plan(paths)); }

}  // namespace saddle::store
