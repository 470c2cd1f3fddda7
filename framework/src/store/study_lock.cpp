#include "store/study_lock.hpp"

#include "store/activity.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <saddle/error.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

fs::path lock_of(const StorePaths& paths) { return paths.study / "lock"; }

/// Whoever asks is_locked() holds a shared lock for a moment: no reason to refuse a runner.
bool lock_soon(int descriptor) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  errno = EWOULDBLOCK;
  return false;
}

/// What a runner that was killed was at would count again as soon as the lock is held.
void forget_running(const StorePaths& paths) {
  Activity activity = read_activity(paths);
  if (activity.running.empty()) return;
  activity.running.clear();
  write_activity(paths, activity);
}

}  // namespace

StudyLock::StudyLock(const StorePaths& paths) {
  std::error_code error;
  fs::create_directories(paths.study, error);
  if (error) throw UserError(paths.study.string() + " can't be made: " + error.message());
  const std::string file = lock_of(paths).string();
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw UserError(file + " can't be written: " + std::strerror(errno));
  if (!lock_soon(descriptor_)) {
    const int reason = errno;
    close(descriptor_);
    if (reason != EWOULDBLOCK) throw UserError(file + " can't be locked: " + std::strerror(reason));
    throw UserError("another saddle is running " + paths.study.string() +
                    "; wait for it, or give this run another --out");
  }
  forget_running(paths);
}

StudyLock::~StudyLock() { close(descriptor_); }

bool is_locked(const StorePaths& paths) {
  const int descriptor = open(lock_of(paths).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(descriptor);
  return locked;
}

}  // namespace saddle::store
