// Pins the calling thread.
#pragma once
#include <sched.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace saddle::bench {

/// While it lives, the calling thread and the processes that it starts run on one core: the last of those
/// that the thread may use, since the system's own work tends to fall on the first.
class OneCore {
 public:
  OneCore() {
    check(sched_getaffinity(0, sizeof before_, &before_));
    size_t last = 0;
    for (size_t core = 0; core < CPU_SETSIZE; ++core)
      if (CPU_ISSET(core, &before_)) last = core;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    check(sched_setaffinity(0, sizeof one, &one));
  }
  OneCore(const OneCore&) = delete;
  ~OneCore() { sched_setaffinity(0, sizeof before_, &before_); }

 private:
  static void check(int status) {
    if (status != 0) throw std::runtime_error(std::string("sched affinity: ") + std::strerror(errno));
  }
  cpu_set_t before_{};
};

}  // namespace saddle::bench
