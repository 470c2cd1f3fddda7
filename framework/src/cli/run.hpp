// `saddle run`, as `saddle reproduce` uses it too.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace saddle::cli {

struct RunOptions {
  std::vector<std::string> words;  ///< FILE or STORE, then overrides
  std::optional<std::string> out;
  int64_t jobs = 0, lanes = 0;  // 0: as many as are best on the device
  std::string launcher = "local", device = "cpu", kernels;
  std::vector<std::string> retry;
  std::optional<double> timeout;
  double checkpoint = 60;
  bool quiet = false;
  bool table = true;  ///< whether a comparison and what comes next are printed at the end
};

/// Trains what is left of it. Returns the exit code.
int run_experiment(const RunOptions& options, Context& context);

}  // namespace saddle::cli
