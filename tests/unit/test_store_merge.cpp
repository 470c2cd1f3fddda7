#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "store/atomic_file.hpp"
#include "store/hdf5.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"

#include <saddle/error.hpp>

#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

using namespace saddle::store;
using saddle::UserError;
namespace fs = std::filesystem;

namespace {

StorePaths make_study(const fixtures::Folder& folder) {
  const StorePaths paths = store_paths(folder / "rings");
  freeze_plan(paths, fixtures::plan());
  for (int i : fixtures::recorded) write_shard(paths, fixtures::record(i));
  return paths;
}

void check_table(const TrialTable& table) {
  REQUIRE(table.rows() == 8);
  CHECK(table.names_after("param.") == std::vector<std::string>{"method", "rate", "penalty"});
  CHECK(table.names_after("metric.") == std::vector<std::string>{"modes", "mmd", "mmd.low", "mmd.high"});
  CHECK(table.find("id")->text(2) == fixtures::id_of(2));
  CHECK(table.find("status")->text(3) == "diverged");
  CHECK(table.find("status")->text(6) == "skipped");
  CHECK(table.find("status")->text(7) == "planned");
  CHECK(table.find("seed")->text(5) == "1");
  CHECK(table.find("steps")->text(3) == "70");
  CHECK(table.find("steps")->text(7) == "0");
  CHECK(table.find("seconds")->number(1) == 2.5);
  CHECK(table.find("seconds")->text(7).empty());
  CHECK(table.find("result_sha256")->text(4) == result_sha256(fixtures::record(4)));
  CHECK(table.find("result_sha256")->text(7).empty());
  CHECK(table.find("param.rate")->number(2) == 1e-4);
  CHECK(table.find("param.method")->text(7) == "wgan_gp");
  CHECK(table.find("param.penalty")->text(0).empty());
  CHECK(table.find("metric.modes")->number(5) == 9);
  CHECK(std::isnan(table.find("metric.modes")->number(6)));
  CHECK(table.find("metric.mmd.high")->number(0) == 0.2);
}

}  // namespace

TEST_CASE("The table is the same from the shards, from the merged file, and from both") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  check_table(Store::open(folder / "rings").table());
  const MergeReport report = merge(paths);
  CHECK(report.merged == 6);
  CHECK(report.carried_over + report.outside_plan + report.unreadable.size() == 0);
  check_table(Store::open(folder / "rings.study").table());
  fs::remove_all(paths.study);
  const Store merged = Store::open(folder / "rings.study");
  check_table(merged.table());
  CHECK(merged.plan().experiment_text == fixtures::plan().experiment_text);
  CHECK(merged.plan().rows[7].config == fixtures::plan().rows[7].config);
  CHECK(merged.plan().plan_sha256 == fixtures::plan().plan_sha256);
  CHECK(merged.plan().rows[4].params.size() == 3);
  CHECK(merged.plan().rows[0].params.size() == 2);
  CHECK(merged.plan().overrides == fixtures::plan().overrides);
  REQUIRE(merged.plan().extends.size() == 2);
  CHECK(merged.plan().extends[0].name == "../rings.yaml");
  CHECK(merged.plan().extends[0].text == fixtures::plan().extends[0].text);
  CHECK((merged.plan().rows[3].metrics == fixtures::plan().rows[3].metrics));
}

TEST_CASE("A trial is the same from its shard and from the merged file") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  fs::remove_all(paths.study);
  const Store store = Store::open(folder / "rings");
  for (int i : fixtures::recorded) {
    const TrialRecord read = store.trial(fixtures::id_of(i));
    CHECK(result_sha256(read) == result_sha256(fixtures::record(i)));
    CHECK(read.provenance == fixtures::record(i).provenance);
    CHECK(read.reason == fixtures::record(i).reason);
  }
}

TEST_CASE("Parameters are numbers where all that are there are numbers, otherwise texts as in the file") {
  Plan plan = fixtures::plan();
  for (PlanRow& row : plan.rows) row.params.push_back({"width", "64", 64.0});
  plan.rows[2].params.back() = {"width", "[64, 64]", {}};
  plan.rows[3].params.pop_back();
  const TrialTable table = make_trial_table(plan, {});
  CHECK_FALSE(table.find("param.rate")->is_text());
  CHECK(table.find("param.width")->is_text());
  CHECK(table.find("param.width")->text(0) == "64");
  CHECK(table.find("param.width")->text(2) == "[64, 64]");
  CHECK(table.find("param.width")->text(3).empty());
}

TEST_CASE("Merging carries over the trials whose shards are gone") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  fs::remove_all(paths.study);
  write_shard(paths, fixtures::record(7));
  for (int again = 0; again < 3; ++again) {
    const MergeReport report = merge(paths, fixtures::plan());
    CHECK(report.merged == 1);
    CHECK(report.carried_over == 6);
  }
  fs::remove_all(paths.study);
  const Store store = Store::open(paths.base);
  CHECK(store.table().find("status")->text(7) == "done");
  CHECK(store.trial(fixtures::id_of(0)).series.size() == 2);
  CHECK(store.recorded().size() == 7);
}

TEST_CASE("A shard goes before the same trial in an older merged file") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  TrialRecord measured = fixtures::record(0);
  put_metrics(measured, {{"modes", 2.5, {}}});
  write_shard(paths, measured);
  CHECK(Store::open(paths.base).table().find("metric.modes")->number(0) == 2.5);
  merge(paths);
  fs::remove_all(paths.study);
  CHECK(Store::open(paths.base).table().find("metric.modes")->number(0) == 2.5);
}

TEST_CASE("A trial that the plan no longer holds leaves the table but not the file") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  Plan shorter = fixtures::plan();
  shorter.rows.erase(shorter.rows.begin());
  fs::remove(paths.shard(fixtures::id_of(0)));
  shorter.rows.erase(shorter.rows.begin());
  freeze_plan(paths, shorter);
  const MergeReport report = merge(paths);
  CHECK(report.merged == 5);
  CHECK(report.carried_over == 1);
  CHECK(report.outside_plan == 2);
  for (bool study : {true, false}) {
    if (!study) fs::remove_all(paths.study);
    const Store store = Store::open(paths.base);
    CHECK(store.table().rows() == 6);
    REQUIRE(store.has(fixtures::id_of(0)));
    CHECK(store.recorded().size() == 6);
    CHECK(store.recorded().back() == fixtures::id_of(1));
    CHECK(store.trial(fixtures::id_of(0)).weights.size() == 2);
  }
}

TEST_CASE(
    "A skipped trial's reason is in the study and in the merged file, which never keeps it longer than the "
    "plan") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  const std::string skipped = fixtures::id_of(6), reason = fixtures::plan().rows[6].reason;
  CHECK(Store::open(paths.base).trial(skipped).reason == reason);
  merge(paths);
  {
    const hdf5::File file = hdf5::File::open(paths.file);
    const hdf5::Handle trial = hdf5::open_group(file.id(), "trials/" + skipped);
    CHECK(hdf5::read_text_attribute(trial.id(), "status") == "skipped");
    CHECK(hdf5::read_text_attribute(trial.id(), "reason") == reason);
    CHECK(hdf5::read_text_attribute(trial.id(), "result_sha256").empty());
  }
  Plan plan = fixtures::plan();
  for (bool study : {true, false}) {
    if (!study) fs::remove_all(paths.study);
    const Store store = Store::open(paths.base);
    CHECK(store.trial(skipped).status == Status::skipped);
    CHECK(store.trial(skipped).reason == reason);
    CHECK(store.plan().rows[6].reason == reason);
    CHECK(store.recorded().size() == 6);
    CHECK_FALSE(store.has(skipped));
    plan = store.plan();
  }
  plan.rows[6].status = Status::planned;  // legal by now
  const MergeReport report = merge(paths, plan);
  CHECK(report.carried_over == 6);
  const Store store = Store::open(paths.base);
  CHECK(store.table().find("status")->text(6) == "planned");
  CHECK_THROWS_WITH(store.trial(skipped), holds("has no record yet"));
}

TEST_CASE("The table has the metrics that are planned; others stay with their trials") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  TrialRecord record = fixtures::record(0);
  put_metrics(record, {{"mmd@1", 0.5, {}}, {"taken_out.x", 1, {}}});
  write_shard(paths, record);
  Plan plan = fixtures::plan();
  plan.rows[1].metrics = {"mmd"};
  freeze_plan(paths, plan);
  merge(paths);
  for (bool study : {true, false}) {
    if (!study) fs::remove_all(paths.study);
    const Store store = Store::open(paths.base);
    CHECK(store.table().names_after("metric.") ==
          std::vector<std::string>{"modes", "mmd", "mmd.low", "mmd.high"});
    CHECK(std::isnan(store.table().find("metric.modes")->number(1)));
    CHECK(store.table().find("metric.modes")->number(0) == 4);
    CHECK(store.trial(fixtures::id_of(0)).metrics.size() == 4);
    CHECK(store.trial(fixtures::id_of(1)).metrics.size() == 2);
  }
  // Plans of before did not say which metrics they planned.
  for (PlanRow& row : plan.rows) row.metrics.reset();
  merge(paths, plan);
  CHECK(Store::open(paths.base).table().find("metric.taken_out.x")->number(0) == 1);
}

TEST_CASE("A merged file that the disk has no room for is refused, and the one before stays") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  const auto size = fs::file_size(paths.file);
  write_shard(paths, fixtures::record(7));
  const std::string said = fixtures::with_file_limit(size / 2, [&]() -> std::string {
    try {
      merge(paths);
      return "merged";
    } catch (const CannotWrite& error) {
      return error.what();
    }
  });
  CHECK_THAT(said, holds("rings.h5: cannot write: File too large; check the free space"));
  CHECK(fs::file_size(paths.file) == size);
  CHECK(static_cast<size_t>(std::distance(fs::directory_iterator(folder.path()), {})) == 2);
  CHECK(merge(paths).merged == 7);
}

TEST_CASE("A merged file takes no more room on the disk than it has bytes") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  struct stat status {};
  REQUIRE(stat(paths.file.c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 < status.st_size + 65536);
}

TEST_CASE("A merged file stands in for a damaged shard and a damaged plan") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  const fs::path cut = paths.shard(fixtures::id_of(2)), flipped = paths.shard(fixtures::id_of(4));
  fs::resize_file(cut, fs::file_size(cut) / 2);
  // Far from the summary: only reading the whole trial meets it.
  std::fstream file(flipped, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  file.seekp(static_cast<std::streamoff>(bytes.rfind("OHDR") + 20));
  file.put(static_cast<char>(~bytes[bytes.rfind("OHDR") + 20]));
  file.close();
  CHECK_THROWS_AS(read_shard(flipped), UserError);

  const auto check = [&] {
    const Store store = Store::open(paths.base);
    check_table(store.table());
    CHECK(store.damaged() == std::set<std::string>{fixtures::id_of(2)});
    for (int i : {2, 4})
      CHECK(result_sha256(store.trial(fixtures::id_of(i))) == result_sha256(fixtures::record(i)));
    REQUIRE_FALSE(store.unreadable().empty());
    CHECK_THAT(store.unreadable().back(),
               holds(cut.string()) && holds(paths.file.string() + " stands in for it"));
  };
  check();
  const MergeReport report = merge(paths);
  CHECK(report.merged == 4);
  CHECK(report.carried_over == 2);
  REQUIRE(report.unreadable.size() == 2);
  for (const std::string& sentence : report.unreadable)
    CHECK_THAT(sentence, holds(paths.file.string() + " holds its trial all the same"));

  std::ofstream(paths.plan()) << "{";
  check();
  CHECK_THAT(Store::open(paths.base).unreadable().front(), holds("this plan is damaged"));
  fs::remove(paths.plan());
  check();
}

TEST_CASE("Merging a shard with damage in the header of any object is no crash and loses nothing else") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  const fs::path shard = paths.shard(fixtures::id_of(2));
  std::ifstream in(shard, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (size_t at = whole.find("OHDR"); at != std::string::npos; at = whole.find("OHDR", at + 1)) {
    std::string damaged = whole;
    damaged[at + 20] = static_cast<char>(~damaged[at + 20]);
    std::ofstream(shard, std::ios::binary | std::ios::trunc) << damaged;
    fs::remove(paths.file);
    const pid_t child = fork();
    if (child == 0) _exit(merge(paths).unreadable.size() == 1 ? 17 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    INFO("header at byte " << at << ", wait status " << status);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 17);
    const hdf5::File merged = hdf5::File::open(paths.file);
    CHECK(hdf5::members(hdf5::open_group(merged.id(), "trials").id()).size() == 6);  // one of them skipped
  }
}

TEST_CASE("A damaged shard costs its own trial alone and is named") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  const fs::path broken = paths.shard(fixtures::id_of(2));
  fs::resize_file(broken, fs::file_size(broken) / 2);
  const Store study = Store::open(paths.base);
  CHECK(study.table().find("status")->text(2) == "planned");
  CHECK(study.table().find("status")->text(1) == "done");
  REQUIRE(study.unreadable().size() == 1);
  CHECK_THAT(study.unreadable()[0], holds(broken.string()));
  const MergeReport report = merge(paths);
  CHECK(report.merged == 5);
  REQUIRE(report.unreadable.size() == 1);
  CHECK_THAT(report.unreadable[0], holds(broken.string()));
  CHECK_FALSE(Store::open(paths.base).has(fixtures::id_of(2)));
}

TEST_CASE("Merging leaves alone what is not this experiment's store") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  std::ofstream(paths.file) << "my notes";
  CHECK_THROWS_WITH(merge(paths), holds("rings.h5: not an HDF5 file"));
  CHECK(fs::file_size(paths.file) == 8);
  fs::remove(paths.file);
  merge(paths);
  Plan other = fixtures::plan();
  other.experiment = "grids";
  CHECK_THROWS_WITH(merge(paths, other),
                    holds("holds the experiment 'rings', not 'grids'") && holds("--out"));
  CHECK(Store::open(paths.file).plan().experiment == "rings");
}

TEST_CASE("Merging an empty plan and a plan without trained trials gives stores that open") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  Plan plan = fixtures::plan();
  merge(paths, plan);
  CHECK(Store::open(paths.base).table().rows() == 8);
  plan.rows.clear();
  merge(paths, plan);
  CHECK(Store::open(paths.base).table().rows() == 0);
}

TEST_CASE("Series in the merged file have their step as dimension scale") {
  const fixtures::Folder folder;
  const StorePaths paths = make_study(folder);
  merge(paths);
  merge(paths);
  const hdf5::File file = hdf5::File::open(paths.file);
  const hdf5::Handle series = hdf5::open_group(file.id(), "trials/" + fixtures::id_of(0) + "/series/modes");
  const hdf5::Handle step = hdf5::open_data(series.id(), "step"),
                     value = hdf5::open_data(series.id(), "value");
  CHECK(hdf5::read_text_attribute(step.id(), "CLASS") == "DIMENSION_SCALE");
  CHECK(hdf5::has_attribute(step.id(), "REFERENCE_LIST"));
  CHECK(hdf5::has_attribute(value.id(), "DIMENSION_LIST"));
}
