// What a runner is at, `PATH.study/activity.json`: for `status` while it runs, and after Ctrl-C. It is a
// convenience: no result depends on it, and what it says of trials that are being trained counts only while a
// runner holds the study's lock. Killing the runner therefore leaves no lie behind.
#pragma once
#include "store/paths.hpp"
#include "store/plan.hpp"
#include "store/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace saddle::store {

struct Activity {
  std::map<std::string, int64_t> running;      ///< trial → steps done when they were last heard of
  std::map<std::string, int64_t> interrupted;  ///< trial → step at which it was cut off
  std::map<std::string, int64_t> saved;        ///< trial → step of its checkpoint; read, never written
};

/// Replaces what was said before. Where it can't be written, nothing is said.
void write_activity(const StorePaths&, const Activity&);
/// Nobody is `running` where no runner is. A missing or damaged file says nothing.
Activity read_activity(const StorePaths&);

/// A planned trial without a shard, as far as there is something to say: it is skipped, it is being trained,
/// it was interrupted.
std::optional<TrialRecord> unended_record(const PlanRow&, const Activity&);

}  // namespace saddle::store
