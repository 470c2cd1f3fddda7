// Speed, measured in one run: training beside other libraries and beside the processor's limit, what lanes,
// widths, batches, metrics and workers cost, the planner and the runner.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "bench/row.hpp"
#include "plugin/registry.hpp"

namespace saddle::bench {

struct Settings {
  double seconds = 1;  ///< for each measurement of training
  int64_t rounds = 5;
  bool quick = false;             ///< one short round of everything: numbers of no worth
  std::vector<std::string> only;  ///< groups; empty: all
  std::string peers;              ///< a Python with JAX and PyTorch; empty: none
  std::string device = "cpu";     ///< of the trainings, and of the peers'
  std::filesystem::path program;
};

/// The groups of measurements, in order.
std::vector<std::string> group_names();

/// A round measures everything once, one after the other and a peer right after us, so that a disturbance of
/// the machine falls on all. Trainings run on one core, the last that there is; on another device that core
/// leads them.
Report run(Settings settings, const Registry& registry);

}  // namespace saddle::bench
