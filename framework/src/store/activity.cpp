#include "store/activity.hpp"

#include "store/atomic_file.hpp"
#include "store/checkpoint.hpp"
#include "store/study_lock.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;
using Steps = std::map<std::string, int64_t>;

fs::path file_of(const StorePaths& paths) { return paths.study / "activity.json"; }

}  // namespace

void write_activity(const StorePaths& paths, const Activity& activity) {
  try {
    AtomicFile file(file_of(paths));
    file.write(Json{{"running", activity.running}, {"interrupted", activity.interrupted}}.dump() + "\n");
    file.commit_unsynced();
  } catch (const CannotWrite&) {
    std::error_code ignored;
    fs::remove(file_of(paths), ignored);
  }
}

Activity read_activity(const StorePaths& paths) {
  Json json;
  if (std::error_code ignored; fs::is_regular_file(file_of(paths), ignored)) {
    std::ifstream file(file_of(paths));
    json = Json::parse(file, nullptr, false);
  }
  Activity activity;
  activity.saved = checkpoint_steps(paths);
  if (!json.is_object()) return activity;
  try {
    activity.interrupted = json.value("interrupted", Steps());
    if (is_locked(paths)) activity.running = json.value("running", Steps());
  } catch (const Json::exception&) {
    activity.interrupted.clear();
  }
  return activity;
}

std::optional<TrialRecord> unended_record(const PlanRow& row, const Activity& activity) {
  TrialRecord record;
  record.id = row.id;
  record.seed = row.seed;
  record.seconds = std::numeric_limits<double>::quiet_NaN();
  record.config = row.resolved;
  if (const auto running = activity.running.find(row.id); running != activity.running.end()) {
    record.status = Status::running;
    record.steps = record.reason_step = running->second;
  } else if (row.status == Status::skipped) {
    record.status = Status::skipped;
    record.reason = row.reason;
  } else if (const auto saved = activity.saved.find(row.id); saved != activity.saved.end()) {
    record.status = Status::interrupted;
    record.reason = "the run was interrupted; running again goes on from here";
    record.steps = record.reason_step = saved->second;
  } else if (const auto cut = activity.interrupted.find(row.id); cut != activity.interrupted.end()) {
    record.status = Status::interrupted;
    record.reason = "the run was interrupted; running again trains it from its start";
    record.steps = record.reason_step = cut->second;
  } else {
    return {};
  }
  return record;
}

}  // namespace saddle::store
