// From a study's frozen plan and shards to the one file `PATH.h5`, by write, sync and rename. May be called
// at any time, also while workers write shards: it takes those that are there.
#pragma once
#include "store/paths.hpp"
#include "store/plan.hpp"

#include <string>
#include <vector>

namespace saddle::store {

struct MergeReport {
  size_t merged = 0;        ///< trials taken from shards
  size_t carried_over = 0;  ///< trials without a shard, kept from the PATH.h5 that was there
  size_t outside_plan = 0;  ///< of both: trials that the plan no longer holds; kept, but not in the table
  /// A sentence for each shard that is damaged; its trial counts as planned where the PATH.h5 that was there
  /// does not hold it.
  std::vector<std::string> unreadable;
};

/// Throws CannotWrite when PATH.h5 can't be written, UserError when it holds something else: another
/// experiment, a damaged file, another program's file, a newer format. It is then left as it is.
MergeReport merge(const StorePaths&, const Plan&);
MergeReport merge(const StorePaths&);  ///< with the study's frozen plan

}  // namespace saddle::store
