// The processor's cores.
#pragma once
#include <sched.h>
#include <sys/sysinfo.h>

#include <cstdint>

namespace saddle {

/// Those that this process may run on.
inline int64_t cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : get_nprocs();
}

}  // namespace saddle
