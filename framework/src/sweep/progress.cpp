#include "sweep/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace saddle {

std::string duration_text(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

ProgressBar::ProgressBar(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}
ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

void ProgressBar::say(const std::string& line) {
  clear();
  std::fputs((line + "\n").c_str(), stderr);
  last_ = start_ - std::chrono::hours(1);
}

void ProgressBar::show(const ProgressState& state) {
  if (quiet_ || state.trials == 0) return;
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000))) return;
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::string left;
  if (state.share > 0.01 && elapsed > 1)
    left = fmt::format(" · {} left", duration_text(elapsed * (1 - state.share) / state.share));
  std::string trouble;
  for (const auto& [status, count] : state.others) trouble += fmt::format(" · {} {}", count, status);
  if (state.failed > 0) trouble += fmt::format(" · {} failed", state.failed);
  const std::string text =
      fmt::format("{}/{} trials · {:.0f} %{}{}", state.ended, state.trials, 100 * state.share, left, trouble);
  if (!terminal_) {
    std::fputs((text + "\n").c_str(), stderr);
    return;
  }
  winsize size{};
  const int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  const int width = std::clamp(columns - static_cast<int>(text.size()) - 6, 0, 40);
  const int full = static_cast<int>(state.share * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "━" : "╌";
  std::fputs(fmt::format("\r\x1b[K{} {}", bar, text).c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace saddle
