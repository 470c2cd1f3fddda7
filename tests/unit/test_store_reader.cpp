#include "catch.hpp"
#include "unit/store_fixtures.hpp"

#include "store/hdf5.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"

#include <saddle/error.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>

using namespace saddle::store;
using saddle::UserError;
namespace fs = std::filesystem;

namespace {

StorePaths make_store(const fixtures::Folder& folder, const std::string& name = "rings") {
  const StorePaths paths = store_paths(folder / name);
  freeze_plan(paths, fixtures::plan());
  for (int i : fixtures::recorded) write_shard(paths, fixtures::record(i));
  merge(paths);
  return paths;
}

constexpr int refused_by_name = 17;

int read_everything(const StorePaths& paths) {
  try {
    const Store store = Store::open(paths.base);
    for (const std::string& id : store.recorded()) store.trial(id);
    store.trial(fixtures::id_of(6));  // skipped
  } catch (const UserError& error) {
    return std::string(error.what()).find(paths.file.string() + ": ") == 0 ? refused_by_name : 1;
  } catch (...) {
    return 2;
  }
  return 0;
}

}  // namespace

TEST_CASE("A store that isn't there is named with the stores that are") {
  const fixtures::Folder folder;
  CHECK_THROWS_WITH(Store::open(folder / "rings"), holds("rings: no such store: there is neither ") &&
                                                       holds("rings.h5") && holds("rings.study"));
  make_store(folder);
  CHECK_THROWS_WITH(Store::open(folder / "ring.h5"),
                    holds("no such store") && holds("; there is " + (folder / "rings").string()));
  CHECK_THROWS_WITH(Store::open(folder.path()),
                    holds("no such store") && holds("; there is " + (folder / "rings").string()));
  fs::create_directories(folder / "empty.study/trials");
  CHECK_THROWS_WITH(Store::open(folder / "empty"), holds("empty.study: holds no plan and no trial"));
}

TEST_CASE("A file that is no HDF5 file is refused with the way out") {
  const fixtures::Folder folder;
  for (const std::string text : {"", "experiment: rings\n"}) {
    std::ofstream(folder / "notes.h5", std::ios::trunc) << text;
    CHECK_THROWS_WITH(Store::open(folder / "notes"),
                      holds("notes.h5: not an HDF5 file") && holds("there is no "));
  }
  const StorePaths paths = make_store(folder);
  std::ofstream(paths.file, std::ios::trunc) << "overwritten";
  CHECK_THROWS_WITH(Store::open(paths.base), holds("not an HDF5 file") && holds("--merge` builds it again"));
  fs::create_directory(folder / "folder.h5");
  CHECK_THROWS_WITH(Store::open(folder / "folder"), holds("folder.h5: a folder, not a store"));
}

TEST_CASE("A merged file of any length short of its own is refused") {
  const fixtures::Folder folder;
  const StorePaths paths = make_store(folder);
  fs::remove_all(paths.study);
  const auto whole = fs::file_size(paths.file);
  for (auto size = whole - 1; size > 0; size = size * 7 / 8) {
    fs::resize_file(paths.file, size);
    INFO("first " << size << " of " << whole << " bytes");
    CHECK_THROWS_WITH(Store::open(paths.base), holds("rings.h5: "));
    CHECK_THROWS_AS(Store::open(paths.base), UserError);
  }
}

TEST_CASE("Damage in the header of any object is refused with the file's name, never a crash") {
  const fixtures::Folder folder;
  const StorePaths paths = make_store(folder);
  fs::remove_all(paths.study);
  std::ifstream in(paths.file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  size_t headers = 0;
  for (size_t at = whole.find("OHDR"); at != std::string::npos; at = whole.find("OHDR", at + 1)) {
    std::string damaged = whole;
    damaged[at + 20] = static_cast<char>(~damaged[at + 20]);
    std::ofstream(paths.file, std::ios::binary | std::ios::trunc) << damaged;
    ++headers;
    // In a process of its own: a crash must not take the other tests along.
    const pid_t child = fork();
    if (child == 0) _exit(read_everything(paths));
    REQUIRE(child > 0);
    int status = 0;
    waitpid(child, &status, 0);
    INFO("header at byte " << at << ", wait status " << status);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == refused_by_name);
  }
  CHECK(headers > 100);
}

TEST_CASE("Another program's HDF5 file and a newer format are refused, each with its own sentence") {
  const fixtures::Folder folder;
  hdf5::File foreign = hdf5::File::create(folder / "foreign.h5");
  foreign.close();
  CHECK_THROWS_WITH(Store::open(folder / "foreign"), holds("foreign.h5: not a Saddle store"));
  hdf5::File newer = hdf5::File::create(folder / "newer.h5");
  hdf5::write_attribute(newer.id(), "saddle_format", int64_t{2});
  newer.close();
  CHECK_THROWS_WITH(Store::open(folder / "newer"), holds("written in format 2; this Saddle reads up to 1"));
  hdf5::File bare = hdf5::File::create(folder / "bare.h5");
  hdf5::write_attribute(bare.id(), "saddle_format", int64_t{1});
  bare.close();
  CHECK_THROWS_WITH(Store::open(folder / "bare"), holds("bare.h5: cannot be read as a store"));
}

TEST_CASE("A study and a merged file of different experiments are not taken for one store") {
  const fixtures::Folder folder;
  const StorePaths paths = make_store(folder);
  Plan other = fixtures::plan();
  other.experiment = "grids";
  freeze_plan(paths, other);
  CHECK_THROWS_WITH(Store::open(paths.base), holds("holds the experiment 'rings'") && holds("holds 'grids'"));
}

TEST_CASE("A trial is found by the first digits of its id when they are its alone") {
  const fixtures::Folder folder;
  const Store store = Store::open(make_store(folder).base);
  CHECK(store.resolve(fixtures::id_of(7)) == fixtures::id_of(7));
  CHECK_THROWS_WITH(store.resolve("0000"), holds("the ids of 8 trials start with '0000'"));
  CHECK_THROWS_WITH(store.resolve("f"), holds("no trial's id starts with 'f'"));
  CHECK_THROWS_AS(store.resolve(""), UserError);
  CHECK_THROWS_WITH(store.trial(fixtures::id_of(7)), holds("has no record yet"));
  fs::remove_all(store.paths().file);
  CHECK_THROWS_WITH(Store::open(store.paths().base).trial(fixtures::id_of(7)), holds("has no record yet"));
}

TEST_CASE("A store opens at every moment of a sweep that writes, merges and is killed") {
  const fixtures::Folder folder;
  const StorePaths paths = store_paths(folder / "rings");
  freeze_plan(paths, fixtures::plan());
  for (useconds_t moment = 0; moment < 15; ++moment) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0;; i = (i + 1) % 6) {
        write_shard(paths, fixtures::record(i));
        merge(paths);
      }
    }
    REQUIRE(child > 0);
    usleep(2000 + 2371 * moment);
    const Store during = Store::open(paths.base);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const Store after = Store::open(paths.base);
    CHECK(during.unreadable().empty());
    CHECK(after.unreadable().empty());
    CHECK(after.recorded().size() >= during.recorded().size());
    for (const std::string& id : after.recorded()) CHECK(after.trial(id).weights.size() == 2);
  }
  merge(paths);
  size_t here = 0;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    here += entry.path().filename().string().starts_with('.');
  CHECK(here == 0);
}
