// How many cores a process may use where control groups ration their time.
#include "sweep/cores.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include "catch.hpp"
#include "store_fixtures.hpp"

using namespace saddle;
using fixtures::Folder;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("a process may use the cores of the tightest of its control groups, whichever their version") {
  const Folder folder;
  const std::filesystem::path groups = folder.path() / "groups", of_process = folder.path() / "cgroup";
  const auto cores_in = [&](const std::string& lines) {
    write(of_process, lines);
    return cores_by_quota(of_process, groups);
  };
  CHECK(std::isinf(cores_by_quota(of_process, groups)));  // neither is there

  write(groups / "cpu.max", "max 100000\n");
  write(groups / "slurm/cpu.max", "350000 100000\n");
  write(groups / "slurm/job/cpu.max", "800000 100000\n");
  CHECK(std::isinf(cores_in("0::/\n")));
  CHECK(cores_in("0::/slurm/job/step\n") == 3.5);  // the step's own does not say

  write(groups / "cpu/docker/one/cpu.cfs_quota_us", "-1\n");
  write(groups / "cpu/docker/one/cpu.cfs_period_us", "100000\n");
  write(groups / "cpu/docker/two/cpu.cfs_quota_us", "150000\n");
  write(groups / "cpu/docker/two/cpu.cfs_period_us", "100000\n");
  CHECK(
      std::isinf(cores_in("4:memory:/docker/two\n3:cpu,cpuacct:/docker/one\n2:cpuset:/docker/two\n0::/\n")));
  CHECK(cores_in("3:cpuacct,cpu:/docker/two\n0::/\n") == 1.5);
  CHECK(cores_in("3:cpu:/docker/two\n0::/slurm\n") == 1.5);

  // A container's own group is the root that it sees, whatever it is called outside.
  write(groups / "cpu.max", "50000 100000\n");
  CHECK(cores_in("0::/docker/1f0c\n") == 0.5);
  CHECK(std::isinf(cores_in("no group at all\n")));

  // Both versions at once: the second's groups lie apart.
  write(groups / "unified/service/cpu.max", "200000 100000\n");
  CHECK(cores_in("3:cpu:/\n0::/service\n") == 2);
}

TEST_CASE("a part of a core's time counts as a core") {
  CHECK(cores_within(64, 0.5) == 1);
  CHECK(cores_within(64, 1.5) == 2);
  CHECK(cores_within(64, 2) == 2);
  CHECK(cores_within(2, 3.5) == 2);
  CHECK(cores_within(4, std::numeric_limits<double>::infinity()) == 4);
  CHECK(cores() >= 1);
}
