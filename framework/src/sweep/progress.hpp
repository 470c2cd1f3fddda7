// Progress on standard error: a live bar with the time left on a terminal, a plain line now and then
// otherwise.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace saddle {

struct ProgressState {
  size_t trials = 0, ended = 0, failed = 0;
  std::map<std::string, size_t> others;  ///< results that are not simply done, by status
  double share = 0;                      ///< of the work, 0 to 1
};

class ProgressBar {
 public:
  /// `quiet` shows nothing.
  explicit ProgressBar(bool quiet = false);
  ~ProgressBar();
  void show(const ProgressState& state);
  /// A line above the bar.
  void say(const std::string& line);
  /// Removes the bar.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_, terminal_, drawn_ = false;
  Clock::time_point start_ = Clock::now(), last_ = start_ - std::chrono::hours(1);
};

/// "48 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace saddle
