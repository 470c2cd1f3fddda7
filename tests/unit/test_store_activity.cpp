#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "store/activity.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"
#include "store/study_lock.hpp"

#include <saddle/error.hpp>

#include <fstream>
#include <optional>

using namespace saddle::store;
using saddle::UserError;
namespace fs = std::filesystem;

namespace {

StorePaths make_study(const fixtures::Folder& folder) {
  const StorePaths paths = store_paths(folder / "rings");
  freeze_plan(paths, fixtures::plan());
  write_shard(paths, fixtures::record(0));
  return paths;
}

std::string status_of(const Store& store, size_t row) { return store.table().find("status")->text(row); }

}  // namespace

TEST_CASE("What is being trained is running while a runner holds the study, and planned when it was killed") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  std::optional<StudyLock> lock(paths);
  write_activity(paths,
                 {{{fixtures::id_of(0), 5}, {fixtures::id_of(1), 70}}, {{fixtures::id_of(2), 40}}, {}});
  {
    const Store store = Store::open(paths.base);
    CHECK(status_of(store, 0) == "running");  // trained again
    CHECK(status_of(store, 1) == "running");
    CHECK(store.trial(fixtures::id_of(1)).steps == 70);
    CHECK(status_of(store, 2) == "interrupted");
    CHECK(status_of(store, 3) == "planned");
    CHECK(store.trial(fixtures::id_of(0)).status == Status::done);  // what is stored stays to be seen
    CHECK(store.recorded().size() == 1);
  }
  merge(paths);  // while it runs
  lock.reset();
  const Store store = Store::open(paths.base);
  CHECK(status_of(store, 0) == "done");
  CHECK(status_of(store, 1) == "planned");
  CHECK_THROWS_WITH(store.trial(fixtures::id_of(1)), holds("has no record yet"));
  CHECK(status_of(store, 2) == "interrupted");
  // The next runner holds the lock before it knows what it will be at.
  const StudyLock next(paths);
  CHECK(status_of(Store::open(paths.base), 1) == "planned");
  CHECK(status_of(Store::open(paths.base), 2) == "interrupted");
}

TEST_CASE("An interrupted trial is shown with its step, also in the merged file, until it is trained") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  write_activity(paths, {{}, {{fixtures::id_of(0), 3}, {fixtures::id_of(2), 40}}, {}});
  merge(paths);
  const std::string plan_file = paths.plan().string();
  for (bool study : {true, false}) {
    if (!study) fs::remove_all(paths.study);
    const Store store = Store::open(paths.base);
    CHECK(status_of(store, 0) == "done");  // it has a shard
    CHECK(status_of(store, 2) == "interrupted");
    CHECK(store.table().find("steps")->text(2) == "40");
    CHECK(store.table().find("seconds")->text(2).empty());
    CHECK(store.trial(fixtures::id_of(2)).reason_step == 40);
    CHECK_FALSE(store.has(fixtures::id_of(2)));
  }
  write_shard(paths, fixtures::record(2));
  CHECK(merge(paths, fixtures::plan()).carried_over == 1);
  CHECK(status_of(Store::open(paths.base), 2) == "done");
}

TEST_CASE("Damaged words of a runner say nothing") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  const StudyLock lock(paths);
  write_activity(paths, {{{fixtures::id_of(1), 5}}, {{fixtures::id_of(2), 40}}, {}});
  REQUIRE(read_activity(paths).running.size() == 1);
  for (const char* text :
       {"", "{\"running\": {", "[]", "{\"running\": 3}", "{\"interrupted\": {\"a\": \"b\"}}"}) {
    std::ofstream(paths.study / "activity.json", std::ios::trunc) << text;
    CHECK(read_activity(paths).running.empty());
    CHECK(read_activity(paths).interrupted.empty());
    CHECK(status_of(Store::open(paths.base), 1) == "planned");
  }
}

TEST_CASE("A runner that can't say what it is at takes back what it said before") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  write_activity(paths, {{}, {{fixtures::id_of(2), 40}}, {}});
  REQUIRE(read_activity(paths).interrupted.size() == 1);
  fixtures::with_file_limit(8, [&] {
    write_activity(paths, {{{fixtures::id_of(2), 0}}, {}, {}});
    return std::string("said");
  });
  CHECK_FALSE(fs::exists(paths.study / "activity.json"));
}

TEST_CASE("A study has one runner; asking whether it has one keeps none out") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  CHECK_FALSE(is_locked(paths));
  {
    const StudyLock lock(paths);
    CHECK(is_locked(paths));
    CHECK_THROWS_WITH(StudyLock(paths), holds("another saddle is running") && holds("rings.study"));
  }
  CHECK_FALSE(is_locked(paths));
  const pid_t asking = fork();
  if (asking == 0)
    for (;;) is_locked(paths);
  for (int i = 0; i < 200; ++i) CHECK_NOTHROW(StudyLock(paths));
  kill(asking, SIGKILL);
  waitpid(asking, nullptr, 0);
}
