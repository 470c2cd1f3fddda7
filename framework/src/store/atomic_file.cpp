#include "store/atomic_file.hpp"

#include <saddle/error.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".tmp";

[[noreturn]] void fail(const fs::path& path, const char* doing, int error) {
  throw UserError(path.string() + ": cannot " + doing + ": " + std::strerror(error) +
                  "; check the free space and the permissions of the folder");
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  std::string host = name.data();
  for (char& c : host)
    if (c == '.' || c == '/') c = '-';  // the dot separates the parts of a temporary's name
  return host.empty() ? "localhost" : host;
}

/// `.NAME.HOST.PID.tmp`
std::string temporary_name(const fs::path& target) {
  return "." + target.filename().string() + "." + host_name() + "." + std::to_string(getpid()) +
         std::string(suffix);
}

struct Owner {
  std::string host;
  pid_t pid;
};

std::optional<Owner> owner_of(std::string name) {
  if (!name.starts_with('.') || !name.ends_with(suffix)) return {};
  name.resize(name.size() - suffix.size());
  const size_t before_pid = name.rfind('.');
  if (before_pid == 0 || before_pid == std::string::npos) return {};
  const size_t before_host = name.rfind('.', before_pid - 1);
  if (before_host == 0 || before_host == std::string::npos) return {};
  Owner owner{name.substr(before_host + 1, before_pid - before_host - 1), 0};
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + before_pid + 1, end, owner.pid);
  if (error != std::errc() || stop != end || owner.pid <= 0) return {};
  return owner;
}

void sync_path(const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) fail(path, "open to sync", errno);
  const int result = fsync(descriptor);
  const int error = errno;
  close(descriptor);
  // Some network file systems can't sync folders; the rename stands all the same.
  if (result != 0 && !(error == EINVAL && (flags & O_DIRECTORY))) fail(path, "sync", error);
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  const fs::path folder = folder_of(target_);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "make the folder", error.value());
  temporary_ = folder / temporary_name(target_);
}

AtomicFile::~AtomicFile() {
  if (!committed_) unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  sync_path(temporary_, O_RDONLY);
  if (rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, "replace", errno);
  committed_ = true;
  sync_path(folder_of(target_), O_RDONLY | O_DIRECTORY);
}

void write_text_file(const fs::path& target, std::string_view text) {
  AtomicFile file(target);
  const int descriptor = open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) fail(target, "write", errno);
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      close(descriptor);
      fail(target, "write", error);
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (close(descriptor) != 0) fail(target, "write", errno);
  file.commit();
}

int remove_stale_temporaries(const fs::path& folder, std::string_view target) {
  const std::string host = host_name();
  int removed = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const auto owner = owner_of(name);
    if (!owner || (!target.empty() && !name.starts_with("." + std::string(target) + "."))) continue;
    bool stale = false;
    if (owner->host == host) {
      stale = kill(owner->pid, 0) != 0 && errno == ESRCH;
    } else {
      std::error_code ignored;
      const auto written = fs::last_write_time(at->path(), ignored);
      stale = !ignored && fs::file_time_type::clock::now() - written > std::chrono::hours(24);
    }
    std::error_code ignored;
    if (stale && fs::remove(at->path(), ignored)) ++removed;
  }
  return removed;
}

}  // namespace saddle::store
