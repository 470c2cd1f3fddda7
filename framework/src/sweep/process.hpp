// A child process that is spoken to in lines: commands in, events out. Its own standard output and standard
// error go to a log, so nothing that a library prints can break the conversation.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace saddle {

/// No process could be made: too many of them, no memory, no such program.
class SpawnError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Process {
 public:
  struct Command {
    std::vector<std::string> arguments;                            ///< the first is the program
    std::vector<std::pair<std::string, std::string>> environment;  ///< set beside what is there
    std::filesystem::path log;
  };
  /// The child reads commands from descriptor 3 and writes events to descriptor 4. It dies with this process,
  /// and it doesn't hear the terminal's Ctrl-C. Throws SpawnError, also when the program can't be executed.
  static Process spawn(const Command& command);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // kills a child that still runs

  pid_t pid() const { return pid_; }
  int events() const { return events_; }  ///< to poll
  /// False if the child is gone.
  bool send(const std::string& line);
  /// The complete lines that have arrived; `closed` tells that no more will come.
  std::vector<std::string> receive(bool& closed);
  /// No more commands: the child may go.
  void close_commands();
  void signal(int number) const;
  /// Ends it and what it started, at once.
  void kill_group() const;
  /// Whether it is no more: what it started may hold its descriptors open.
  bool has_ended() const;
  /// Waits for its end: the exit code, or minus the signal that ended it. One that does not end within
  /// `grace` is killed: nothing.
  std::optional<int> wait(std::chrono::milliseconds grace);

 private:
  Process() = default;
  void reap();
  pid_t pid_ = -1;
  int commands_ = -1, events_ = -1;
  std::string partial_;
};

}  // namespace saddle
