#include "store/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".tmp";

[[noreturn]] void fail(const fs::path& path, const char* doing, int error) {
  throw CannotWrite(path.string() + ": cannot " + doing + ": " + std::strerror(error) +
                    "; check the free space and the permissions of the folder");
}

/// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, const fs::path& blamed, const char* doing)
      : number_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) fail(blamed, doing, errno);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  /// Network file systems tell at closing that the disk is full.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

/// Takes the blocks, where the file system can; otherwise looks whether they are there.
int reserve_blocks(int descriptor, uint64_t bytes) {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur)
    return EFBIG;
  int result = 0;
  do result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  while (result != 0 && errno == EINTR);
  if (result == 0) return 0;
  if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;
  struct statvfs disk {};
  if (fstatvfs(descriptor, &disk) != 0) return 0;  // nobody can tell
  return static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize < bytes ? ENOSPC : 0;
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

/// A killed process stays in the table of processes until its parent asks for it.
bool is_dead(pid_t pid) {
  if (kill(pid, 0) != 0) return errno == ESRCH;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat{std::istreambuf_iterator<char>(file), {}};
  const size_t name_end = stat.rfind(')');  // "17 (name) Z …", and a name may hold anything
  return name_end != std::string::npos && name_end + 2 < stat.size() && stat[name_end + 2] == 'Z';
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor descriptor(path, flags, path, "open to sync");
  // Some network file systems can't sync folders; the rename stands all the same.
  if (fsync(descriptor.number()) != 0 && !(errno == EINVAL && (flags & O_DIRECTORY)))
    fail(path, "sync", errno);
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

/// The file that a symbolic link leads to, there or not: renaming would replace the link itself.
fs::path behind_links(fs::path target) {
  constexpr int most = 40;  // as the kernel follows
  std::error_code error;
  for (int i = 0; i < most && fs::is_symlink(target, error); ++i) {
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = folder_of(target) / next;  // an absolute one stands alone
  }
  return target;
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(behind_links(std::move(target))) {
  const fs::path folder = folder_of(target_);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "make the folder", error.value());
  temporary_ = folder / temporary_name(target_);
}

AtomicFile::~AtomicFile() {
  if (!committed_) unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view content) {
  Descriptor file(temporary_, O_WRONLY | O_CREAT | O_TRUNC, target_, "write");
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(target_, "write", errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  if (file.close() != 0) fail(target_, "write", errno);
}

void AtomicFile::reserve(uint64_t bytes) {
  const Descriptor file(temporary_, O_WRONLY | O_CREAT, target_, "write");
  if (const int error = reserve_blocks(file.number(), bytes); error != 0) fail(target_, "write", error);
  reserved_ = true;
}

void AtomicFile::rename_to_target() {
  struct stat status {};
  // What was reserved and not needed goes back.
  if (reserved_ && stat(temporary_.c_str(), &status) == 0 &&
      truncate(temporary_.c_str(), status.st_size) != 0)
    fail(target_, "cut to its size", errno);
  if (rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, "replace", errno);
  committed_ = true;
}

void AtomicFile::commit() {
  sync_path(temporary_, O_RDONLY);
  rename_to_target();
  sync_path(folder_of(target_), O_RDONLY | O_DIRECTORY);
}

void AtomicFile::commit_unsynced() { rename_to_target(); }

void write_text_file(const fs::path& target, std::string_view text) {
  AtomicFile file(target);
  file.write(text);
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
      stale = is_dead(owner->pid);
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
