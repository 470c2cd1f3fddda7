// The runner with workers that are shell scripts: what it does when workers misbehave, not how they train.
#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "store/shard.hpp"
#include "sweep/process.hpp"
#include "sweep/runner.hpp"

#include <saddle/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <list>
#include <sstream>

using namespace saddle;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

fs::path script(const fixtures::Folder& folder, const std::string& text) {
  const fs::path path = folder / "worker.sh";
  std::ofstream(path) << "#!/bin/sh\n"
                         "say() { printf '{\"kind\":\"%s\",\"steps\":%s,\"id\":\"%s\",\"status\":\"%s\","
                         "\"reason\":\"%s\"}\\n' \"$@\" >&4; }\n"
                      << text;
  chmod(path.c_str(), 0755);
  return path;
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Trials whose texts are their ids, each a group of its own.
class Sweep {
 public:
  Sweep(const fixtures::Folder& folder, const std::string& worker, std::vector<std::string> ids) {
    settings.store = store::store_paths(folder / "fake");
    settings.program = script(folder, worker);
    settings.grace = 0.5;
    settings.quiet = true;
    for (std::string& id : ids) {
      TrialConfig trial;
      trial.id = id;
      trial.resolved = std::move(id);
      trial.train.steps = 10;
      trials_.push_back(std::move(trial));
    }
  }
  RunnerSummary run() const {
    std::vector<Group> groups;
    for (const TrialConfig& trial : trials_) groups.push_back({{&trial}, false, 1});
    return run_groups(settings, std::move(groups));
  }
  /// All trials in one group.
  RunnerSummary run_together() const {
    Group group;
    for (const TrialConfig& trial : trials_) group.trials.push_back(&trial);
    return run_groups(settings, {group});
  }
  RunnerSettings settings;

 private:
  std::list<TrialConfig> trials_;
};

/// Trains at once whatever it is told to.
const std::string good_worker = R"sh(
while read -r line <&3; do
  id=$(printf '%s' "$line" | sed 's/.*\["\(.*\)"\].*/\1/')
  echo "$$ $id" >>"$(dirname "$0")/trained"
  say trial 10 "$id" done ''
  say end 0 '' '' ''
done
)sh";

}  // namespace

TEST_CASE("A worker that closes its pipe and does not end is killed after a grace time") {
  const fixtures::Folder folder;
  const Sweep sweep(folder, "read -r line <&3\nexec 4>&-\nsleep 600\n", {"a"});
  const auto start = Clock::now();
  const RunnerSummary summary = sweep.run();
  CHECK(seconds_since(start) < 30);
  CHECK(summary.failed == 1);
  REQUIRE(summary.complaints.size() == 1);
  CHECK_THAT(summary.complaints[0],
             holds("a failed: its process spoke no more and did not end within 0.5 s"));
  CHECK(store::read_shard(sweep.settings.store.shard("a")).status == store::Status::failed);
}

TEST_CASE("A worker that does not go when there is no more to do is killed after a grace time") {
  const fixtures::Folder folder;
  const Sweep sweep(folder, good_worker + "sleep 600\n", {"a"});
  const auto start = Clock::now();
  const RunnerSummary summary = sweep.run();
  CHECK(seconds_since(start) < 30);
  CHECK(summary.done == 1);
  CHECK(summary.complaints.empty());
}

TEST_CASE("A worker whose time is up may leave a checkpoint, and is killed if it does not go") {
  for (const char* worker : {"trap 'kill $!; say trial 7 a interrupted \"\"; say end 0 \"\" \"\" \"\"; exit "
                             "0' TERM\nread -r line <&3\n"
                             "sleep 600 & wait\n",
                             "trap '' TERM\nread -r line <&3\nsleep 600\n"}) {
    const fixtures::Folder folder;
    Sweep sweep(folder, worker, {"a"});
    sweep.settings.timeout = 0.3;
    const auto start = Clock::now();
    const RunnerSummary summary = sweep.run();
    CHECK(seconds_since(start) < 30);
    CHECK(summary.timed_out == 1);
    CHECK_FALSE(summary.interrupted);
    CHECK_THAT(summary.complaints.at(0), holds("a timed_out: it took longer than 0.3 s"));
    CHECK(store::read_shard(sweep.settings.store.shard("a")).status == store::Status::timed_out);
  }
}

TEST_CASE("Results that are not simply done are counted by their status") {
  const fixtures::Folder folder;
  const Sweep sweep(folder,
                    "read -r line <&3\nsay trial 7 a collapsed ''\nsay trial 7 b stalled ''\n"
                    "say trial 7 c done ''\nsay end 0 '' '' ''\nread -r line <&3\n",
                    {"a", "b", "c"});
  const RunnerSummary summary = sweep.run_together();
  CHECK(summary.done == 1);
  CHECK(summary.failed == 0);
  CHECK((summary.others == std::map<std::string, size_t>{{"collapsed", 1}, {"stalled", 1}}));
}

TEST_CASE("Where no worker can be started nothing runs, and it is said why") {
  const fixtures::Folder folder;
  Sweep sweep(folder, good_worker, {"a", "b"});
  sweep.settings.program = folder / "missing";
  CHECK_THROWS_WITH(sweep.run(), holds("no worker process can be started (") &&
                                     holds("missing: No such file or directory): 2 trials were not begun"));
  CHECK_THROWS_AS(sweep.run(), UserError);
}

TEST_CASE("Where fewer workers can be started than asked for, those do everything") {
  const fixtures::Folder folder;
  Sweep sweep(folder, good_worker, {"a", "b", "c"});
  sweep.settings.jobs = 3;
  // Descriptors for one worker and the making of it, not for a second one. High numbers first: a worker needs
  // some above 10.
  std::list<int> taken;
  while (taken.empty() || taken.back() < 20) taken.push_back(dup(STDERR_FILENO));
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{static_cast<rlim_t>(taken.back()) + 11, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  RunnerSummary summary;
  std::string failure;
  try {
    summary = sweep.run();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  setrlimit(RLIMIT_NOFILE, &before);
  for (int descriptor : taken) close(descriptor);
  CHECK(failure == "");
  CHECK(summary.done == 3);
  std::istringstream trained(read_all(folder / "trained"));
  std::set<std::string> workers, trials;
  for (std::string worker, trial; trained >> worker >> trial;) {
    workers.insert(worker);
    trials.insert(trial);
  }
  CHECK(workers.size() == 1);
  CHECK(trials == std::set<std::string>{"a", "b", "c"});
}

TEST_CASE("Workers that die before they read cost their trials, not for ever new workers") {
  const fixtures::Folder folder;
  // Commands that no pipe holds: the runner is still writing when the worker has gone.
  const Sweep sweep(folder, "exit 3\n", {std::string(200000, 'a').insert(0, "first-"), "b"});
  const RunnerSummary summary = sweep.run_together();
  CHECK(summary.failed == 2);
  for (const std::string& complaint : summary.complaints)
    CHECK_THAT(complaint, holds("its process ended with exit code 3"));
}

TEST_CASE("After a result that can't be stored no further trial is begun") {
  const fixtures::Folder folder;
  const Sweep sweep(folder,
                    "read -r line <&3\nsay unwritten 10 a '' 'no space left'\nsay end 0 '' '' ''\n"
                    "read -r line <&3\n",
                    {"a", "b", "c"});
  const RunnerSummary summary = sweep.run();
  CHECK(summary.failed == 1);
  CHECK(summary.done == 0);
  REQUIRE(summary.complaints.size() == 2);
  CHECK_THAT(summary.complaints[0], holds("a failed: no space left"));
  CHECK_THAT(summary.complaints[1], holds("2 further trials were not begun") && holds("make room"));
  CHECK(store::list_shards(sweep.settings.store) == std::vector<std::string>{"a"});
}

TEST_CASE("A failure that can't be stored either leaves its trial planned and the runner alive") {
  const fixtures::Folder folder;
  const Sweep sweep(folder, "exit 3\n", {"a", "b"});
  const std::string said = fixtures::with_file_limit(100, [&] {
    std::string all;
    for (const std::string& complaint : sweep.run().complaints) all += complaint + "\n";
    return all;
  });
  CHECK_THAT(said, holds("a failed: its process ended with exit code 3") && holds("b failed: ") &&
                       holds("not even that can be stored: the trial stays planned"));
  CHECK(fs::is_empty(sweep.settings.store.trials()));
}

TEST_CASE("A failure does not replace the result of an earlier training") {
  const fixtures::Folder folder;
  const Sweep sweep(folder, "exit 3\n", {fixtures::id_of(3)});
  store::write_shard(sweep.settings.store, fixtures::record(3));
  const RunnerSummary summary = sweep.run();
  CHECK(summary.failed == 1);
  CHECK_THAT(summary.complaints.at(0), holds("its earlier result stays"));
  CHECK(store::read_shard(sweep.settings.store.shard(fixtures::id_of(3))).status == store::Status::diverged);
}

TEST_CASE("While a trial is trained the study says so, and what was interrupted is remembered") {
  const fixtures::Folder folder;
  const Sweep sweep(
      folder,
      "read -r line <&3\ncp \"$(dirname \"$0\")/fake.study/activity.json\" \"$(dirname \"$0\")/seen\"\n"
      "say trial 7 a interrupted ''\nsay end 0 '' '' ''\nread -r line <&3\n",
      {"a"});
  sweep.run();
  CHECK(read_all(folder / "seen") == "{\"interrupted\":{},\"running\":{\"a\":0}}\n");
  CHECK(read_all(sweep.settings.store.study / "activity.json") ==
        "{\"interrupted\":{\"a\":7},\"running\":{}}\n");
}
