// Runs groups in worker processes: one single-threaded worker a core. A crash costs one trial: the group that
// it happened in is tried again one by one. Ctrl-C stops cleanly.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/paths.hpp"
#include "sweep/groups.hpp"

namespace saddle {

struct RunnerSettings {
  store::StorePaths store;
  std::filesystem::path program;                      ///< this executable
  std::vector<std::filesystem::path> plugin_folders;  ///< beside the built-in one
  int64_t jobs = 1;
  int64_t threads = 1;  ///< of each worker, for what it prepares for a device
  std::string device = "cpu";
  std::string kernels = "native";
  double timeout = 0;      ///< seconds that a trial may take; 0: no limit
  double checkpoint = 60;  ///< seconds between the checkpoints of a trial; 0: none
  double grace = 10;       ///< seconds that a worker may take to end when there is no more to do for it
  bool quiet = false;
};

struct RunnerSummary {
  std::map<std::string, size_t> others;  ///< results that are not simply done, by status
  size_t done = 0, failed = 0, timed_out = 0, measured = 0;
  bool interrupted = false;
  std::vector<std::string>
      complaints;  ///< one sentence a trial that failed, and on those that were not begun
};

/// Throws UserError when no worker can be started; what has ended is stored then.
RunnerSummary run_groups(const RunnerSettings& settings, std::vector<Group> groups);

}  // namespace saddle
