// Checkpoints on disk, and what of a group they hold.
#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include <ATen/ATen.h>

#include <fstream>
#include <iterator>

#include "game/lasting.hpp"
#include "store/checkpoint.hpp"
#include "store/shard.hpp"
#include "sweep/groups.hpp"

#if __has_include(<catch2/catch_test_macros.hpp>)
using Catch::Approx;  // Catch2 2 has it in the global namespace
#endif

using namespace saddle;
using store::TrialRecord;
namespace fs = std::filesystem;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TrialRecord under_way() {
  TrialRecord record = fixtures::record(0);
  record.status = store::Status::running;
  record.steps = 1234;
  record.weights.push_back({"health/state", {{0}, std::vector<float>()}});
  return record;
}

}  // namespace

TEST_CASE("A checkpoint is read back as it was written, and its step without reading it") {
  const fixtures::Folder folder;
  const store::StorePaths paths = store::store_paths(folder / "s");
  std::string why;
  CHECK_FALSE(store::read_checkpoint(paths, fixtures::id_of(0), why));
  CHECK(store::checkpoint_steps(paths).empty());
  const TrialRecord record = under_way();
  store::write_checkpoint(paths, record);
  const auto read = store::read_checkpoint(paths, record.id, why);
  REQUIRE(read);
  CHECK(why.empty());
  CHECK(read->status == store::Status::running);
  CHECK(read->steps == 1234);
  CHECK(store::result_sha256(*read) == store::result_sha256(record));
  CHECK((store::checkpoint_steps(paths) == std::map<std::string, int64_t>{{record.id, 1234}}));
  store::remove_checkpoint(paths, record.id);
  CHECK(store::checkpoint_steps(paths).empty());
  CHECK(fs::is_empty(paths.checkpoints()));
}

TEST_CASE("A checkpoint that is damaged anywhere is none, for a reason") {
  const fixtures::Folder folder;
  const store::StorePaths paths = store::store_paths(folder / "s");
  const TrialRecord record = under_way();
  store::write_checkpoint(paths, record);
  const fs::path path = paths.checkpoint(record.id);
  const std::string whole = read_all(path);
  std::vector<std::string> damaged{"",
                                   "x",
                                   whole.substr(0, whole.size() / 2),
                                   whole.substr(0, whole.size() - 1),
                                   whole + "x",
                                   read_all("/proc/self/exe").substr(0, 5000)};
  for (size_t at = 0; at < whole.size(); at += 997) {
    damaged.push_back(whole);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 1);
  }
  for (size_t back = 1; back < 120; ++back) {  // the last line
    damaged.push_back(whole);
    damaged.back()[whole.size() - back] = static_cast<char>(damaged.back()[whole.size() - back] ^ 1);
  }
  for (const std::string& bytes : damaged) {
    write_all(path, bytes);
    std::string why;
    CHECK_FALSE(store::read_checkpoint(paths, record.id, why));
    CHECK(why == "it is damaged");
    store::checkpoint_steps(paths);
  }
  // Another trial's, and a shard, which has no last line.
  write_all(paths.checkpoint(fixtures::id_of(1)), whole);
  std::string why;
  CHECK_FALSE(store::read_checkpoint(paths, fixtures::id_of(1), why));
  CHECK_THAT(why, holds("can't be read"));
  write_all(path, store::shard_image(record));
  CHECK_FALSE(store::read_checkpoint(paths, record.id, why));
  // What is no file at all.
  fs::remove(path);
  fs::create_directory(path);
  CHECK_FALSE(store::read_checkpoint(paths, record.id, why));
  store::checkpoint_steps(paths);
}

TEST_CASE("A lane's share of what lasts goes back into a group of another size and order") {
  const auto group = [](int64_t lanes) {
    return at::arange(lanes * 3, at::kFloat).reshape({lanes, 3}).clone();
  };
  int64_t updates = 7;
  at::Tensor from = group(3);
  Lasting before;
  before.rows("critic/parameters", from);
  before.count("critic/updates", updates);
  const NamedTensors second = before.of(1), third = before.of(2);
  from.fill_(-1);  // copies
  int64_t restored = 0;
  const at::Tensor to = at::zeros({2, 3});
  Lasting after;
  after.rows("critic/parameters", to);
  after.count("critic/updates", restored);
  after.restore({&third, &second});
  CHECK(at::equal(to, group(3).index_select(0, at::tensor({2, 1}, at::kLong))));
  CHECK(restored == 7);
}

TEST_CASE("What was saved of other networks is refused, and nothing is changed") {
  int64_t updates = 7;
  const at::Tensor values = at::zeros({1, 3});
  Lasting mine;
  mine.rows("parameters", values);
  mine.count("updates", updates);
  const auto saved = [](const at::Tensor& parameters, double count, const char* name = "parameters") {
    return NamedTensors{{name, parameters}, {"updates", at::scalar_tensor(count, at::kDouble)}};
  };
  const auto refused = [&](const std::vector<NamedTensors>& lanes) {
    std::vector<const NamedTensors*> all;
    for (const NamedTensors& lane : lanes) all.push_back(&lane);
    CHECK_THROWS_AS(mine.restore(all), CheckpointMismatch);
    CHECK(updates == 7);
    CHECK(at::equal(values, at::zeros({1, 3})));
  };
  refused({saved(at::ones({4}), 9)});
  refused({saved(at::ones({3}, at::kDouble), 9)});
  refused({saved(at::ones({3}), 9, "weights")});
  refused({{{"parameters", at::ones({3})}}});
  refused({saved(at::ones({3}), 9), saved(at::ones({3}), 8)});
}

TEST_CASE("Only trials at one step go on together, and what is left of them is their weight") {
  std::vector<TrialConfig> trials(6);
  std::vector<const TrialConfig*> all;
  for (size_t i = 0; i < trials.size(); ++i) {
    trials[i].id = fixtures::id_of(static_cast<int>(i));
    trials[i].structural = "alike";
    trials[i].train.steps = 100;
    trials[i].train.batch = 4;
    trials[i].train.generator_steps = 1;
    all.push_back(&trials[i]);
  }
  const auto groups = make_groups(all, {}, 16, 1, {{trials[1].id, 75}, {trials[4].id, 75}, {"another", 5}});
  std::map<int64_t, size_t> by_start;
  for (const Group& group : groups) {
    by_start[group.start] += group.trials.size();
    CHECK(group.weight ==
          Approx(200.0 * static_cast<double>(group.trials.size()) * (group.start ? 0.25 : 1)));
    for (const TrialConfig* trial : group.trials)
      CHECK((group.start == 75) == (trial == &trials[1] || trial == &trials[4]));
  }
  CHECK((by_start == std::map<int64_t, size_t>{{0, 4}, {75, 2}}));
}

TEST_CASE("Six equal trials are three groups of two for one worker, whatever their weight rounds to") {
  for (int64_t batch = 1; batch < 400; ++batch) {
    std::vector<TrialConfig> trials(6);
    std::vector<const TrialConfig*> all;
    for (TrialConfig& trial : trials) {
      trial.train.steps = 7;
      trial.train.batch = batch;
      trial.train.generator_steps = 1;
      all.push_back(&trial);
    }
    CAPTURE(batch);
    CHECK(make_groups(all, {}, 16, 1).size() == 3);
  }
}
