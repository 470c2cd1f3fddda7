#include "store/reader.hpp"

#include "store/hdf5.hpp"
#include "store/store_file.hpp"
#include "store/trial_group.hpp"

#include <saddle/error.hpp>

#include <map>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

[[noreturn]] void no_store(const fs::path& given, const StorePaths& paths) {
  std::string message = given.string() + ": no such store: there is neither " + paths.file.string() +
                        " nor " + paths.study.string();
  if (there(paths.study)) message = paths.study.string() + ": holds no plan and no trial, so no store";
  const fs::path folder = paths.base.has_parent_path() ? paths.base.parent_path() : fs::path(".");
  std::string names;
  for (const std::string& name : stores_in(there(given) && fs::is_directory(given) ? given : folder))
    names += (names.empty() ? "" : ", ") + name;
  throw UserError(message + (names.empty() ? "" : "; there is " + names));
}

/// Runs what reads the merged file; what HDF5 finds wrong on the way becomes a message to the user.
template <class Read>
auto reading(const StorePaths& paths, Read read) {
  try {
    return read(open_store_file(paths));
  } catch (const UserError&) {
    throw;
  } catch (const std::exception& error) {
    throw UserError(paths.file.string() + ": cannot be read as a store (" + error.what() + ")");
  }
}

}  // namespace

bool store_exists(const StorePaths& paths) { return there(paths.file) || there(paths.plan()); }

Store Store::open(const fs::path& given) {
  Store store;
  store.paths_ = store_paths(given);
  if (!store_exists(store.paths_)) no_store(given, store.paths_);
  if (!store.read_study_plan()) store.read_file(true);
  if (there(store.paths_.study)) store.read_study();
  return store;
}

/// False where there is none, or it is damaged, and the merged file has to do.
bool Store::read_study_plan() {
  if (!there(paths_.plan())) return false;
  try {
    plan_ = read_plan(paths_);
    return true;
  } catch (const DamagedPlan& error) {
    if (!there(paths_.file)) throw;
    unreadable_.push_back(std::string(error.what()) + "; until then " + paths_.file.string() +
                          " tells what was planned");
    return false;
  }
}

void Store::read_study() {
  unended_.clear();
  std::map<std::string, TrialRecord> records;
  std::map<std::string, std::string> damage;
  for (const std::string& id : list_shards(paths_)) {
    try {
      records.insert_or_assign(id, read_shard(paths_.shard(id), Part::summary));
      shards_.insert(id);
    } catch (const UserError& error) {
      damaged_.insert(id);
      damage[id] = error.what();
    }
  }
  if (there(paths_.file)) {
    read_file(false);
    reading(paths_, [&](const hdf5::File& file) {
      const hdf5::Handle trials = hdf5::open_group(file.id(), "trials");
      for (const std::string& id : std::set<std::string>(merged_)) {
        if (shards_.contains(id)) continue;
        TrialRecord record = read_trial(trials.id(), id, Part::summary);
        if (!has_ended(record.status))
          merged_.erase(id);
        else
          records.insert_or_assign(id, std::move(record));
      }
    });
  }
  for (auto& [id, sentence] : damage)
    unreadable_.push_back(merged_.contains(id)
                              ? sentence + "; until then " + paths_.file.string() + " stands in for it"
                              : std::move(sentence));
  activity_ = read_activity(paths_);
  for (const PlanRow& row : plan_.rows)
    if (!records.contains(row.id) || activity_.running.contains(row.id))
      if (auto record = unended_record(row, activity_)) records.insert_or_assign(row.id, std::move(*record));
  table_ = make_trial_table(plan_, records);
}

void Store::read_file(bool with_plan) {
  reading(paths_, [&](const hdf5::File& file) {
    for (std::string& id : hdf5::members(hdf5::open_group(file.id(), "trials").id()))
      merged_.insert(std::move(id));
    if (with_plan) {
      table_ = read_table(file);
      plan_ = store::read_plan(file, table_);
      for (size_t i = 0; i < table_.rows(); ++i) {
        const std::string& id = plan_.rows[i].id;
        const auto status = status_from(table_.find("status")->text(i));
        if (status && !has_ended(*status) && merged_.erase(id) > 0) unended_.insert(id);
      }
    } else if (const std::string name = experiment_of(file); name != plan_.experiment) {
      throw UserError(paths_.file.string() + ": holds the experiment '" + name + "', but " +
                      paths_.study.string() + " holds '" + plan_.experiment + "'; move one of the two away");
    }
  });
}

std::vector<std::string> Store::recorded() const {
  std::vector<std::string> ids;
  std::set<std::string> planned;
  for (const PlanRow& row : plan_.rows) {
    planned.insert(row.id);
    if (has(row.id)) ids.push_back(row.id);
  }
  std::set<std::string> all = shards_;
  all.insert(merged_.begin(), merged_.end());
  for (const std::string& id : all)
    if (!planned.contains(id)) ids.push_back(id);
  return ids;
}

std::string Store::resolve(const std::string& prefix) const {
  std::set<std::string> found;
  const auto look = [&](const std::string& id) {
    if (!prefix.empty() && id.starts_with(prefix)) found.insert(id);
  };
  for (const PlanRow& row : plan_.rows) look(row.id);
  for (const std::string& id : recorded()) look(id);
  if (found.contains(prefix) || found.size() == 1) return found.contains(prefix) ? prefix : *found.begin();
  const std::string path = paths_.base.string();
  if (found.empty())
    throw UserError(path + ": no trial's id starts with '" + prefix + "'; `saddle status " + path +
                    " --trials` lists them");
  throw UserError(path + ": the ids of " + std::to_string(found.size()) + " trials start with '" + prefix +
                  "'; give more digits");
}

TrialRecord Store::trial_of_file(const std::string& id, Part part) const {
  return reading(paths_, [&](const hdf5::File& file) {
    const hdf5::Handle trials = hdf5::open_group(file.id(), "trials");
    if (!hdf5::exists(trials.id(), id))
      throw UserError(paths_.base.string() + ": the trial " + id + " has no record yet");
    return read_trial(trials.id(), id, part);
  });
}

TrialRecord Store::trial(const std::string& id, Part part) const {
  if (shards_.contains(id) && there(paths_.shard(id))) {
    try {
      return read_shard(paths_.shard(id), part);
    } catch (const UserError&) {
      if (!merged_.contains(id)) throw;  // otherwise PATH.h5 stands in
    }
  }
  if (merged_.contains(id) || unended_.contains(id)) return trial_of_file(id, part);
  for (const PlanRow& row : plan_.rows)
    if (row.id == id)
      if (auto record = unended_record(row, activity_)) return *record;
  if (there(paths_.file)) return trial_of_file(id, part);  // perhaps merged since
  throw UserError(paths_.base.string() + ": the trial " + id + " has no record yet");
}

}  // namespace saddle::store
