// How verbs that run groups end: what went wrong is said, what is stored is merged.
#pragma once
#include "store/paths.hpp"
#include "sweep/runner.hpp"

namespace saddle::cli {

struct SweepEnd {
  int code = 0;         ///< to exit with
  bool merged = false;  ///< PATH.h5 holds what the study holds
};

/// A PATH.h5 that can't be written is the end of the command, but not what it is remembered for if trials
/// failed.
SweepEnd end_sweep(const RunnerSummary& summary, const store::StorePaths& paths);

}  // namespace saddle::cli
