#include "cli/check_apart.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace saddle::cli {
namespace {

constexpr char wrong_setting = 'w';

void write_all(int descriptor, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(descriptor, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) done += static_cast<size_t>(n);
  }
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t n = ::read(descriptor, block.data(), block.size());
    if (n == 0 || (n < 0 && errno != EINTR)) return text;
    if (n > 0) text.append(block.data(), static_cast<size_t>(n));
  }
}

/// The finding in a line: a letter for the verdict, and the text.
std::string answer(const check::Check& check, const check::Subject& subject) {
  try {
    const check::Finding finding = check::run(check, subject);
    return static_cast<char>('0' + static_cast<int>(finding.verdict)) + finding.text;
  } catch (const std::exception& e) {
    return wrong_setting + std::string(e.what());
  }
}

}  // namespace

check::Finding run_apart(const check::Check& check, const check::Subject& subject) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return check::run(check, subject);
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]), close(ends[1]);
    return check::run(check, subject);
  }
  if (child == 0) {
    close(ends[0]);
    write_all(ends[1], answer(check, subject));
    _exit(0);  // what the parent has not printed yet is the parent's
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status))
    return {check::Verdict::failed, fmt::format("it crashed: {}", strsignal(WTERMSIG(status)))};
  if (text.empty())
    return {check::Verdict::failed,
            fmt::format("it ended the program with exit code {}", WEXITSTATUS(status))};
  if (text.front() == wrong_setting) throw UserError(text.substr(1));
  return {static_cast<check::Verdict>(text.front() - '0'), text.substr(1)};
}

}  // namespace saddle::cli
