#include "cli/sweep_end.hpp"

#include <cstdio>

#include "cli/command.hpp"
#include "store/atomic_file.hpp"
#include "store/merge.hpp"

namespace saddle::cli {
namespace {

void complain(const std::string& sentence) { std::fputs((sentence + "\n").c_str(), stderr); }

}  // namespace

SweepEnd end_sweep(const RunnerSummary& summary, const store::StorePaths& paths) {
  SweepEnd end{ExitCode::done, true};
  if (summary.failed + summary.timed_out > 0) end.code = ExitCode::trial_failed;
  if (summary.interrupted) end.code = ExitCode::interrupted;
  for (const std::string& complaint : summary.complaints) complain(complaint);
  try {
    for (const std::string& sentence : store::merge(paths).unreadable) complain(sentence);
  } catch (const store::CannotWrite& error) {
    complain(error.what());
    end.merged = false;
    if (end.code == ExitCode::done) end.code = ExitCode::user_error;
  }
  return end;
}

}  // namespace saddle::cli
