// A worker process: trains the groups that it is handed, one after the other, and writes a shard for every
// trial that ends. It speaks JSON lines: see `messages.hpp`.
#pragma once
#include <filesystem>
#include <string>

#include "plugin/registry.hpp"
#include "store/paths.hpp"

namespace saddle {

struct WorkerSettings {
  store::StorePaths store;
  std::string device = "cpu";
  std::string kernels = "native";
  int64_t threads = 1;     ///< that draw and prepare what a device computes with
  double checkpoint = 60;  ///< seconds between the checkpoints of a trial; 0: none, and none is gone on from
};

/// Reads commands from descriptor 3 and writes events to descriptor 4 until the commands end. SIGTERM stops
/// the group that is being trained, with a checkpoint of each of its trials.
int run_worker(const WorkerSettings& settings, const Registry& registry);

}  // namespace saddle
