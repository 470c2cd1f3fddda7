// Speed, measured in one run: training of the ring-8 GAN, the planner, the runner's own cost, and peers
// beside them.
#pragma once
#include <filesystem>
#include <string>

#include "analysis/table.hpp"
#include "plugin/registry.hpp"

namespace saddle {

struct BenchSettings {
  double seconds = 2;
  int64_t rounds = 3;
  std::string peers;  ///< a Python with PyTorch; empty: none
  std::filesystem::path program;
};

/// One row a measurement: median over rounds, and the ratio to PyTorch eager where a peer ran.
analysis::Table bench(const BenchSettings& settings, const Registry& registry);

}  // namespace saddle
