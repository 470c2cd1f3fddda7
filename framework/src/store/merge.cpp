#include "store/merge.hpp"

#include "store/activity.hpp"
#include "store/atomic_file.hpp"
#include "store/hdf5.hpp"
#include "store/shard.hpp"
#include "store/store_file.hpp"
#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <algorithm>
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
        damaged_[id] = paths_.shard(id).string() + ": this shard can't be read (" + error.what() + ")";
      }
    }
  }

  void carry_over(const hdf5::File& old) {
    const hdf5::Handle trials = hdf5::open_group(old.id(), "trials");
    for (const std::string& id : hdf5::members(trials.id())) {
      if (records_.contains(id)) continue;
      if (!has_ended(read_trial(trials.id(), id, Part::summary).status)) continue;  // the plan knows better
      take(old, id, paths_.file.string());
      ++report_.carried_over;
      if (const auto damaged = damaged_.find(id); damaged != damaged_.end())
        damaged->second += "; " + paths_.file.string() + " holds its trial all the same";
    }
  }

  /// Those that are skipped or were interrupted have no shard: what there is to say of them.
  void add_unended() {
    Activity activity = read_activity(paths_);
    activity.running.clear();  // it would be a lie as soon as the runner ends
    for (const PlanRow& row : plan_.rows) {
      if (records_.contains(row.id)) continue;
      std::optional<TrialRecord> record = unended_record(row, activity);
      if (!record) continue;
      write_trial(trials_.id(), *record);
      records_.emplace(row.id, std::move(*record));
    }
  }

  MergeReport finish() {
    write_table(out_, make_trial_table(plan_, records_));
    for (auto& [id, sentence] : damaged_) report_.unreadable.push_back(std::move(sentence));
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
  std::map<std::string, std::string> damaged_;  ///< shards, and what is wrong with them
  MergeReport report_;
};

uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

/// More than the merged file will take: its trials lie in it about as they do in their shards.
uint64_t most_bytes(const StorePaths& paths, const Plan& plan, const std::optional<hdf5::File>& old) {
  constexpr uint64_t per_trial = 8192, besides = uint64_t{1} << 18;
  uint64_t bytes = besides, texts = plan.experiment_text.size();
  const std::vector<std::string> shards = list_shards(paths);
  for (const std::string& id : shards) bytes += size_of(paths.shard(id)) + per_trial;
  for (const PlanSource& file : plan.extends) texts += file.text.size();
  // The plan holds a row's texts, the table its numbers, and a skipped trial its configuration again.
  for (const PlanRow& row : plan.rows) texts += 3 * (row.config.size() + row.resolved.size()) + per_trial;
  if (old) {
    const hdf5::Handle trials = hdf5::open_group(old->id(), "trials");
    for (const std::string& id : hdf5::members(trials.id()))
      if (!std::binary_search(shards.begin(), shards.end(), id)) {
        bytes += size_of(paths.file);
        break;
      }
  }
  return bytes + texts;
}

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
    // HDF5 crashes where the disk gets full under it: the room is taken before it begins.
    target.write(hdf5::File::create_in_memory(paths.file).close_image());
    target.reserve(most_bytes(paths, plan, old));
    hdf5::File out = hdf5::File::open_to_write(target.temporary());
    write_format(out);
    write_plan(out, plan);
    Merge merge(paths, plan, out);
    merge.take_shards();
    if (old) merge.carry_over(*old);
    merge.add_unended();
    MergeReport report = merge.finish();
    target.commit();
    return report;
  } catch (const hdf5::Error& error) {
    throw CannotWrite(paths.file.string() + ": cannot be written (" + error.what() +
                      "); check the free space and the permissions of its folder");
  }
}

MergeReport merge(const StorePaths& paths) { return merge(paths, read_plan(paths)); }

}  // namespace saddle::store
