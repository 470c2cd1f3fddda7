#include "sweep/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

extern char** environ;

namespace saddle {
namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

/// Closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void close() { close_if_open(number_); }

 private:
  int number_;
};

struct Pipe {
  Pipe() : Pipe(make()) {}
  Descriptor read, write;

 private:
  explicit Pipe(std::array<int, 2> ends) : read(ends[0]), write(ends[1]) {}
  static std::array<int, 2> make() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw SpawnError(std::string("pipe: ") + std::strerror(errno));
    return ends;
  }
};

/// What a child wrote before it gave up; 0 if it wrote nothing.
int error_from(int descriptor) {
  int error = 0;
  ssize_t n = 0;
  do n = ::read(descriptor, &error, sizeof error);
  while (n < 0 && errno == EINTR);
  return n == sizeof error ? error : 0;
}

int code_of(int status) { return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status); }

std::vector<std::string> merged_environment(const std::vector<std::pair<std::string, std::string>>& extra) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const bool replaced = std::any_of(extra.begin(), extra.end(), [&](const auto& e) {
      return text.compare(0, e.first.size() + 1, e.first + "=") == 0;
    });
    if (!replaced) all.push_back(text);
  }
  for (const auto& [name, value] : extra) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Process Process::spawn(const Command& command) {
  Pipe in, out, failure;  // the last closes when the program runs, or tells why it doesn't
  const Descriptor log(open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (log.number() < 0) throw SpawnError(command.log.string() + ": " + std::strerror(errno));
  auto arguments = command.arguments;
  auto environment = merged_environment(command.environment);
  const auto argv = pointers(arguments), envp = pointers(environment);
  const pid_t parent = getpid();

  const pid_t pid = fork();
  if (pid < 0) throw SpawnError(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) {  // only async-signal-safe calls from here to exec
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    // High copies first, so that no dup2 overwrites a descriptor that is still needed.
    const int commands = fcntl(in.read.number(), F_DUPFD, 10),
              events = fcntl(out.write.number(), F_DUPFD, 10),
              report = fcntl(failure.write.number(), F_DUPFD_CLOEXEC, 10);
    if (commands >= 0 && events >= 0 && report >= 0 && dup2(log.number(), STDOUT_FILENO) >= 0 &&
        dup2(log.number(), STDERR_FILENO) >= 0 && dup2(commands, 3) >= 0 && dup2(events, 4) >= 0) {
      close(commands);
      close(events);
      execve(argv[0], argv.data(), envp.data());
    }
    const int error = errno;
    const ssize_t told = write(report >= 0 ? report : failure.write.number(), &error, sizeof error);
    _exit(told == sizeof error ? 127 : 126);
  }
  in.read.close();
  out.write.close();
  failure.write.close();
  Process process;
  process.pid_ = pid;
  if (const int error = error_from(failure.read.number()); error != 0)
    throw SpawnError(command.arguments.front() + ": " + std::strerror(error));
  process.commands_ = in.write.release();
  process.events_ = out.read.release();
  fcntl(process.events_, F_SETFL, O_NONBLOCK);
  return process;
}

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(commands_, other.commands_);
  std::swap(events_, other.events_);
  std::swap(partial_, other.partial_);
  return *this;
}

Process::~Process() {
  close_if_open(commands_);
  close_if_open(events_);
  if (pid_ > 0) {
    kill_group();
    reap();
  }
}

bool Process::send(const std::string& line) {
  const std::string text = line + "\n";
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::write(commands_, text.data() + sent, text.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

std::vector<std::string> Process::receive(bool& closed) {
  char buffer[1 << 16];
  closed = false;
  for (;;) {
    const ssize_t n = ::read(events_, buffer, sizeof buffer);
    if (n > 0) {
      partial_.append(buffer, static_cast<size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    closed = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    break;
  }
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(partial_.substr(begin, end - begin));
  partial_.erase(0, begin);
  return lines;
}

void Process::close_commands() { close_if_open(commands_); }

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

void Process::kill_group() const {
  if (pid_ > 0 && kill(-pid_, SIGKILL) != 0) kill(pid_, SIGKILL);
}

bool Process::has_ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

std::optional<int> Process::wait(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (int status = 0;;) {
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      pid_ = -1;
      return code_of(status);
    }
    if (ended < 0 && errno != EINTR) break;
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  kill_group();
  reap();
  return {};
}

void Process::reap() {
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace saddle
