#include "bench/peer.hpp"

#include <poll.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/clock.hpp"

namespace saddle::bench {
namespace {

constexpr double patience = 300;  // seconds; a compilation takes some of them

std::string last_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line, last;
  while (std::getline(in, line))
    if (!line.empty()) last = line;
  return last;
}

}  // namespace

Peer::Peer(const std::string& python, const std::string& script, const std::string& device,
           std::filesystem::path log)
    : name_(script), log_(std::move(log)) {
  const auto path = std::filesystem::path(SADDLE_SOURCE_FOLDER) / "analysis/peers" / script;
  if (!std::filesystem::exists(path)) {
    give_up(path.string() + " is not there");
    return;
  }
  std::filesystem::remove(log_);
  try {
    // Through env, which looks for PYTHON in PATH. Scripts that are read leave no bytecode behind.
    process_ = Process::spawn({{"/usr/bin/env", python, path.string(), "--device", device},
                               {{"SADDLE_BENCH", "1"},
                                {"PYTHONDONTWRITEBYTECODE", "1"},
                                {"OMP_NUM_THREADS", "1"},
                                {"MKL_NUM_THREADS", "1"}},
                               log_});
  } catch (const SpawnError& e) {
    give_up(e.what());
    return;
  }
  if (const auto line = answer()) name_ = nlohmann::json::parse(*line).at("name").get<std::string>();
}

Peer::~Peer() {
  std::error_code ignored;
  std::filesystem::remove(log_, ignored);
}

void Peer::prepare(const Work& work) { ask(work, 0); }

std::optional<double> Peer::speed(const Work& work, double seconds) {
  const auto line = ask(work, seconds);
  if (!line) return {};
  return nlohmann::json::parse(*line).at("speed").get<double>();
}

std::optional<std::string> Peer::ask(const Work& work, double seconds) {
  if (!trouble_.empty()) return {};
  const nlohmann::json request{{"game", work.game},
                               {"width", work.width},
                               {"batch", work.batch},
                               {"lanes", work.lanes},
                               {"seconds", seconds}};
  process_->send(request.dump());
  return answer();
}

std::optional<std::string> Peer::answer() {
  const Clock clock;
  while (clock.seconds() < patience) {
    pollfd waiting{process_->events(), POLLIN, 0};
    ::poll(&waiting, 1, 1000);
    bool closed = false;
    auto lines = process_->receive(closed);
    if (!lines.empty()) return std::move(lines[0]);
    if (closed) {
      give_up(last_line(log_));
      return {};
    }
  }
  give_up(fmt::format("no answer within {} s", patience));
  return {};
}

void Peer::give_up(const std::string& why) {
  trouble_ = why.empty() ? "it ended without a word" : why;
  process_.reset();
}

}  // namespace saddle::bench
