// The processor's cores.
#pragma once
#include <cstdint>
#include <filesystem>

namespace saddle {

/// Those that this process may use: on which it may run, and for how much of whose time its control groups
/// let it (as a container's --cpus does), a part of one counting as one.
int64_t cores();

/// How many cores' time control groups leave to a process, by its /proc/<pid>/cgroup and the folder where
/// they are mounted; infinite where they leave it all. Both versions of control groups, and their mixture.
double cores_by_quota(const std::filesystem::path& of_process, const std::filesystem::path& mounted);

/// Of so many that it may run on, a part of one counting as one, and at least one.
int64_t cores_within(int64_t here, double quota);

}  // namespace saddle
