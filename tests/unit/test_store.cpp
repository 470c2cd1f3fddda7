#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "store/atomic_file.hpp"
#include "store/digest.hpp"
#include "store/plan.hpp"
#include "store/shard.hpp"

#include <saddle/error.hpp>

#include <nlohmann/json.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

using namespace saddle::store;
using saddle::UserError;
namespace fs = std::filesystem;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

size_t files_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("A path, its merged file and its study name the same store") {
  for (const char* given : {"a/b.c", "a/b.c.h5", "a/b.c.study", "a/b.c.study/"}) {
    const StorePaths paths = store_paths(given);
    CHECK(paths.base == "a/b.c");
    CHECK(paths.file == "a/b.c.h5");
    CHECK(paths.study == "a/b.c.study");
  }
  CHECK(store_paths(".h5").base == ".h5");
}

TEST_CASE("Every status has a text that reads back, and the results are those that are not trained again") {
  std::set<Status> results;
  for (Status status : all_statuses()) {
    CHECK(status_from(to_text(status)) == status);
    if (is_result(status)) results.insert(status);
  }
  CHECK(all_statuses().size() == 11);
  CHECK(results == std::set<Status>{Status::done, Status::collapsed, Status::diverged, Status::dead_critic,
                                    Status::stalled});
  CHECK_FALSE(status_from("Done"));
}

TEST_CASE("A shard gives back every part of its trial") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  TrialRecord written = fixtures::record(3);
  written.seed = std::numeric_limits<uint64_t>::max();
  written.metrics[0].value = std::numeric_limits<double>::quiet_NaN();
  written.series.push_back({"never measured", {}, {}});
  written.weights.push_back({"generator/scale", {{}, std::vector<float>{2}}});
  written.weights.push_back({"generator/empty", {{0, 3}, std::vector<float>{}}});
  write_shard(paths, written);
  CHECK(list_shards(paths) == std::vector<std::string>{written.id});

  const TrialRecord read = read_shard(paths.shard(written.id));
  CHECK(read.id == written.id);
  CHECK(read.status == Status::diverged);
  CHECK(read.reason == written.reason);
  CHECK(read.reason_step == 70);
  CHECK(read.seed == written.seed);
  CHECK(read.steps == written.steps);
  CHECK(read.seconds == written.seconds);
  CHECK(read.config == written.config);
  CHECK(read.provenance == written.provenance);
  REQUIRE(read.series.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    CHECK(read.series[i].name == written.series[i].name);
    CHECK(read.series[i].steps == written.series[i].steps);
    CHECK(read.series[i].values == written.series[i].values);
  }
  REQUIRE(read.metrics.size() == 2);
  CHECK(std::isnan(read.metrics[0].value));
  CHECK((read.metrics[0].attributes == written.metrics[0].attributes));
  CHECK(read.metrics[1].value == written.metrics[1].value);
  REQUIRE(read.weights.size() == 4);
  REQUIRE(read.samples);
  CHECK(read.samples->shape == written.samples->shape);
  CHECK(read.samples->data == written.samples->data);
  CHECK(read.averaged_weights.at(0).array.data == written.averaged_weights[0].array.data);
  CHECK(read.stored_sha256 == result_sha256(written));
  CHECK(result_sha256(read) == result_sha256(written));
}

TEST_CASE("A light reading leaves out weights and samples, a summary also series and configuration") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  write_shard(paths, fixtures::record(0));
  const TrialRecord light = read_shard(paths.shard(fixtures::id_of(0)), Part::light);
  CHECK(light.series.size() == 2);
  CHECK(light.provenance.size() == 23);
  CHECK(light.weights.empty());
  CHECK_FALSE(light.samples);
  const TrialRecord summary = read_shard(paths.shard(fixtures::id_of(0)), Part::summary);
  CHECK(summary.metrics.size() == 2);
  CHECK(summary.series.empty());
  CHECK(summary.config.empty());
  CHECK(summary.stored_sha256 == light.stored_sha256);
}

// The expected hash is printed by tests/fixtures/result_sha256.py, which knows only the definition.
TEST_CASE("The hash of a result is the one that its definition gives on any machine") {
  TrialRecord record;
  record.config = "seed: 3\n";
  record.series = {{"modes", {0, 10}, {1.5, -0.25}}};
  record.metrics = {
      {"modes", 8, {{"split", std::string("held-out")}, {"samples", int64_t{2500}}, {"scale", 0.5}}},
      {"mmd", 0.125, {}}};
  record.weights = {{"generator/net.0.weight", {{1, 2}, std::vector<float>{0.5F, -2}}}};
  record.samples = Array{{2}, std::vector<double>{1, 2}};
  CHECK(result_sha256(record) == "3fe28dad84b8e1b572d71e0e4c3a51e011d0b3d5e8d017ce341f6460b6586b40");
  CHECK(saddle::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("The hash of a result changes with each part of the result and with nothing else") {
  const TrialRecord record = fixtures::record(0);
  const std::string hash = result_sha256(record);

  TrialRecord same = record;
  same.seconds = 99;
  same.reason = "another";
  same.provenance.clear();
  std::reverse(same.series.begin(), same.series.end());
  std::reverse(same.metrics.begin(), same.metrics.end());
  std::reverse(same.weights.begin(), same.weights.end());
  CHECK(result_sha256(same) == hash);

  const auto changed = [&](auto change) {
    TrialRecord other = record;
    change(other);
    return result_sha256(other) != hash;
  };
  CHECK(changed([](TrialRecord& r) { r.config += " "; }));
  CHECK(changed([](TrialRecord& r) { r.series[0].steps[0] += 1; }));
  CHECK(changed([](TrialRecord& r) { r.series[0].values[0] = std::nextafter(r.series[0].values[0], 9.0); }));
  CHECK(changed([](TrialRecord& r) { r.metrics[0].value += 1; }));
  CHECK(changed([](TrialRecord& r) { r.metrics[0].attributes["samples"] = int64_t{1}; }));
  CHECK(changed([](TrialRecord& r) { r.weights[0].path = "critic/net.0.weight"; }));
  CHECK(changed([](TrialRecord& r) { r.weights[0].array.shape = {3, 2}; }));
  CHECK(changed([](TrialRecord& r) { std::get<std::vector<float>>(r.weights[0].array.data)[0] = -1; }));
  CHECK(changed([](TrialRecord& r) { std::swap(r.weights, r.averaged_weights); }));
  CHECK(changed([](TrialRecord& r) { r.samples.reset(); }));
}

TEST_CASE("Metrics that are measured later replace those of the same column") {
  TrialRecord record = fixtures::record(1);
  put_metrics(record, {{"high_quality", 0.75, {}}, {"modes", 3, {}}});
  REQUIRE(record.metrics.size() == 3);
  CHECK(record.metrics[0].column == "modes");
  CHECK(record.metrics[0].value == 3);
  CHECK(record.metrics[0].attributes.empty());
  CHECK(record.metrics[2].column == "high_quality");
}

TEST_CASE("A column belongs to the metric whose name it bears, alone or before a dot") {
  CHECK(is_column_of("mmd", "mmd"));
  CHECK(is_column_of("moments.mean.0", "moments"));
  for (const char* other : {"mmd2", "mmd@1", "mm", "wide.mmd"}) CHECK_FALSE(is_column_of(other, "mmd"));
}

TEST_CASE("A shard that the disk has no room for is refused, nothing of it stays, and the one before does") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  write_shard(paths, fixtures::record(0));
  const std::string before = read_all(paths.shard(fixtures::id_of(0)));
  const std::string said = fixtures::with_file_limit(before.size() / 2, [&] {
    std::string all;
    for (int i : {0, 1}) try {
        write_shard(paths, fixtures::record(i));
        all += "written;";
      } catch (const CannotWrite& error) {
        all += error.what() + std::string(";");
      }
    return all;
  });
  CHECK_THAT(said, holds(fixtures::id_of(0) + ".h5: cannot write: File too large; check the free space"));
  CHECK_THAT(said, holds(fixtures::id_of(1) + ".h5: cannot write: File too large"));
  CHECK(read_all(paths.shard(fixtures::id_of(0))) == before);
  CHECK(files_in(paths.trials()) == 1);
}

TEST_CASE("A shard of any length short of its own is refused with the way out") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  write_shard(paths, fixtures::record(0));
  const fs::path shard = paths.shard(fixtures::id_of(0));
  const std::string whole = read_all(shard);
  for (size_t size = 0; size < whole.size(); size += 97) {
    write_all(shard, whole.substr(0, size));
    INFO("first " << size << " of " << whole.size() << " bytes");
    CHECK_THROWS_WITH(read_shard(shard),
                      holds(shard.string()) && holds("delete it and run the experiment again"));
  }
}

TEST_CASE("A name that would leave its place in the file is refused, and no file is left") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  TrialRecord record = fixtures::record(0);
  record.metrics[0].column = "../status";
  CHECK_THROWS_AS(write_shard(paths, record), std::invalid_argument);
  record = fixtures::record(0);
  record.weights[0].path = "generator//weight";
  CHECK_THROWS_AS(write_shard(paths, record), std::invalid_argument);
  CHECK(files_in(paths.trials()) == 0);
}

TEST_CASE("Killing a writer at any moment leaves every shard that is there complete") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  size_t checked = 0;
  for (useconds_t moment = 0; moment < 20; ++moment) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0;; i = (i + 1) % 6) write_shard(paths, fixtures::record(i));
    }
    REQUIRE(child > 0);
    usleep(3000 + 1371 * moment);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (const std::string& id : list_shards(paths)) {
      CHECK(read_shard(paths.shard(id)).weights.size() == 2);
      ++checked;
    }
  }
  CHECK(checked > 0);
  remove_stale_temporaries(paths.trials());
  CHECK(files_in(paths.trials()) == list_shards(paths).size());
}

TEST_CASE("Temporaries of dead processes are removed, those of living ones and other files are not") {
  const fixtures::Folder folder;
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  fs::path living, target = folder / "a.h5";
  {
    AtomicFile file(target);
    living = file.temporary();
    write_all(living, "in the making");
    std::string name = living.filename().string();
    const size_t dot = name.rfind('.', name.size() - 5);
    name.replace(dot + 1, name.size() - 4 - dot - 1, std::to_string(dead));
    write_all(folder / name, "left behind");
    write_all(folder / ".b.h5.another-host.17.tmp", "in the making elsewhere");
    write_all(folder / ".user.tmp", "not ours");
    CHECK(remove_stale_temporaries(folder.path(), "b.h5") == 0);
    CHECK(remove_stale_temporaries(folder.path(), "a.h5") == 1);
    CHECK(remove_stale_temporaries(folder.path()) == 0);
    CHECK_FALSE(fs::exists(folder / name));
    CHECK(fs::exists(living));
    CHECK(fs::exists(folder / ".b.h5.another-host.17.tmp"));
    CHECK(fs::exists(folder / ".user.tmp"));
  }
  CHECK_FALSE(fs::exists(living));
  CHECK_FALSE(fs::exists(target));
}

TEST_CASE("Writing through a symbolic link writes the file behind it, there or not, and the link stays") {
  const fixtures::Folder folder;
  fs::create_directories(folder / "elsewhere");
  fs::create_symlink("elsewhere/real.h5", folder / "link.h5");
  fs::create_symlink(folder / "link.h5", folder / "second.h5");
  for (const std::string text : {"first", "second"}) {
    write_text_file(folder / "second.h5", text);
    std::ifstream file(folder / "elsewhere/real.h5");
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
  }
  CHECK(fs::is_symlink(folder / "link.h5"));
  CHECK(fs::is_symlink(folder / "second.h5"));
  // A link in a circle is replaced, not followed for ever.
  fs::create_symlink("circle.h5", folder / "circle.h5");
  write_text_file(folder / "circle.h5", "x");
  CHECK(fs::is_regular_file(folder / "circle.h5"));
}

TEST_CASE("The temporary of a killed process goes, also while nobody has asked for its end") {
  const fixtures::Folder folder;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const AtomicFile file(folder / "a.h5");
    write_all(file.temporary(), "in the making");
    const bool told = write(ends[1], "x", 1) == 1;
    for (;;) sleep(told ? 60 : 1);
  }
  char x = 0;
  REQUIRE(read(ends[0], &x, 1) == 1);
  CHECK(remove_stale_temporaries(folder.path()) == 0);
  kill(child, SIGKILL);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  CHECK(remove_stale_temporaries(folder.path()) == 1);
  CHECK(files_in(folder.path()) == 0);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("A frozen plan reads back, also its infinite numbers and bytes that are no UTF-8") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  Plan plan = fixtures::plan();
  plan.rows[0].seed = std::numeric_limits<uint64_t>::max();
  plan.rows[0].params[1] = {"rate", ".inf", std::numeric_limits<double>::infinity()};
  plan.experiment_text +=
      "# Gr\xF6\xDF"
      "e\n";
  freeze_plan(paths, plan);
  const Plan read = read_plan(paths);
  CHECK(read.experiment == "rings");
  CHECK(read.created == plan.created);
  CHECK(read.plan_sha256 == plan.plan_sha256);
  CHECK_THAT(read.experiment_text, holds("experiment: rings  # Größe, 环\n"));
  CHECK(read.overrides == plan.overrides);
  REQUIRE(read.extends.size() == 2);
  CHECK(read.extends[0].name == "../rings.yaml");
  CHECK(read.extends[0].text == plan.extends[0].text);
  CHECK((read.rows[0].metrics == plan.rows[0].metrics));
  REQUIRE(read.rows.size() == 8);
  CHECK(read.rows[0].seed == plan.rows[0].seed);
  CHECK(read.rows[0].params[1].number == std::numeric_limits<double>::infinity());
  CHECK_FALSE(read.rows[1].params[0].number);
  CHECK(read.rows[1].params[1].number == 1e-3);
  CHECK(read.rows[6].status == Status::skipped);
  CHECK(read.rows[6].reason == plan.rows[6].reason);
  CHECK(read.rows[7].config == plan.rows[7].config);
}

TEST_CASE(
    "A plan that was frozen before overrides, extended files and metrics were kept reads all the same") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  freeze_plan(paths, fixtures::plan());
  auto json = nlohmann::json::parse(read_all(paths.plan()));
  for (const char* later : {"overrides", "extends"}) REQUIRE(json.erase(later) == 1);
  for (auto& trial : json["trials"]) REQUIRE(trial.erase("metrics") == 1);
  write_all(paths.plan(), json.dump());
  const Plan read = read_plan(paths);
  CHECK(read.overrides.empty());
  CHECK(read.extends.empty());
  CHECK_FALSE(read.rows[0].metrics);
  CHECK(read.plan_sha256 == fixtures::plan().plan_sha256);
}

TEST_CASE("A damaged plan and one of a newer format are refused with the way out") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  CHECK_THROWS_WITH(read_plan(paths), holds("holds no plan"));
  freeze_plan(paths, fixtures::plan());
  const std::string text = read_all(paths.plan());
  write_all(paths.plan(), text.substr(0, text.size() / 2));
  CHECK_THROWS_WITH(read_plan(paths),
                    holds("this plan is damaged") && holds("run its experiment again with --out"));
  write_all(paths.plan(), "{\"saddle_format\": 2}");
  CHECK_THROWS_WITH(read_plan(paths), holds("written in format 2") && holds("use a newer Saddle"));
  Plan twice = fixtures::plan();
  twice.rows.push_back(twice.rows[0]);
  CHECK_THROWS_AS(freeze_plan(paths, twice), std::logic_error);
}

TEST_CASE("A folder that can't be written is the user's mistake, and is named") {
  const fixtures::Folder folder;
  write_all(folder / "file", "");
  CHECK_THROWS_AS(write_shard(store_paths(folder / "file/rings"), fixtures::record(0)), UserError);
  CHECK_THROWS_WITH(write_shard(store_paths(folder / "file/rings"), fixtures::record(0)),
                    holds("file/rings.study"));
}
