#include "sweep/cores.hpp"

#include <sched.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace saddle {
namespace {

namespace fs = std::filesystem;
constexpr double unlimited = std::numeric_limits<double>::infinity();

double ratio(double quota, double period) { return quota > 0 && period > 0 ? quota / period : unlimited; }

// What one group may take. The second version says "QUOTA PERIOD" or "max PERIOD", the first one of no quota
// -1.
double quota_of(const fs::path& group) {
  double quota = 0, period = 0;
  if (std::ifstream both(group / "cpu.max"); both >> quota >> period) return ratio(quota, period);
  std::ifstream one(group / "cpu.cfs_quota_us"), other(group / "cpu.cfs_period_us");
  return one >> quota && other >> period ? ratio(quota, period) : unlimited;
}

bool lists(const std::string& controllers, const std::string& wanted) {
  std::istringstream all(controllers);
  for (std::string one; std::getline(all, one, ',');)
    if (one == wanted) return true;
  return false;
}

}  // namespace

double cores_by_quota(const fs::path& of_process, const fs::path& mounted) {
  const fs::path apart = mounted / "unified", second_version = fs::exists(apart) ? apart : mounted;
  double least = unlimited;
  std::ifstream lines(of_process);
  for (std::string line; std::getline(lines, line);) {  // NUMBER:CONTROLLERS:/GROUP/WITHIN
    const size_t number = line.find(':'), last = line.find(':', number + 1);
    if (number == std::string::npos || last == std::string::npos) continue;
    const std::string controllers = line.substr(number + 1, last - number - 1);
    if (!controllers.empty() && !lists(controllers, "cpu")) continue;
    const fs::path root = controllers.empty() ? second_version : mounted / "cpu";
    // A group's share is part of that of each group around it. Within a container those that the path names
    // may not be there; its own is the root then.
    fs::path group = fs::path(line.substr(last + 1)).relative_path();
    for (;; group = group.parent_path()) {
      least = std::min(least, quota_of(root / group));
      if (group.empty()) break;
    }
  }
  return least;
}

int64_t cores_within(int64_t here, double quota) {
  return quota < static_cast<double>(here) ? std::max<int64_t>(1, std::llround(std::ceil(quota))) : here;
}

int64_t cores() {
  cpu_set_t set;
  const int64_t here = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : get_nprocs();
  return cores_within(here, cores_by_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
}

}  // namespace saddle
