// Data files count in a trial's identity by what they hold.
#include <sys/stat.h>

#include <fstream>

#include "config/instantiate.hpp"
#include "config/parse_trial.hpp"
#include "config_fixture.hpp"
#include "schema/sha256.hpp"

using namespace configs;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for each case.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("saddle_contents_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  TrialConfig trial(const std::string& data, const std::string& file = "e.yaml") const {
    const Experiment x = read_experiment(source(
        "experiment: e\nbase: {data: {use: csv, path: '" + data + "'}, divergence: mmd}\n", path_ / file));
    return make_plan(x, fakes::registry()).trials.at(0).config;
  }
  std::string mistake(const std::string& data) const {
    try {
      trial(data);
    } catch (const UserError& e) {
      return e.what();
    }
    return {};
  }

 private:
  fs::path path_;
};

std::string instantiate_mistake(const PartConfig& part) {
  try {
    instantiate({&part}, {});
  } catch (const UserError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("the canonical form has the SHA-256 of a data file beside its path") {
  const Folder folder;
  folder.write("x.csv", "1\n2\n");
  const std::string digest = sha256_hex("1\n2\n").substr(0, 16);
  CHECK_THAT(folder.trial("x.csv").canonical,
             holds("data: {path: x.csv, path.sha256: " + scalar_text(digest) + ", use: csv, version: 1}"));
}

TEST_CASE("another content makes another trial, an equal one the same trial") {
  const Folder folder;
  folder.write("x.csv", "1\n");
  const TrialConfig before = folder.trial("x.csv");
  folder.write("x.csv", "2\n");
  const TrialConfig after = folder.trial("x.csv");
  CHECK(before.id != after.id);
  CHECK(before.structural != after.structural);
  folder.write("x.csv", "1\n");
  CHECK(folder.trial("x.csv").id == before.id);
  folder.write("moved/x.csv", "1\n");
  CHECK(folder.trial("x.csv", "moved/e.yaml").id == before.id);
}

TEST_CASE("a folder counts by the names and contents of its files, and not by what is hidden") {
  const Folder folder;
  folder.write("d/a.idx", "1");
  folder.write("d/below/b.idx", "2");
  const std::string id = folder.trial("d").id;
  folder.write("d/.DS_Store", "x");
  CHECK(folder.trial("d").id == id);
  folder.write("d/below/b.idx", "3");
  CHECK(folder.trial("d").id != id);
  folder.write("d/below/b.idx", "2");
  CHECK(folder.trial("d").id == id);
  folder.write("d/c.idx", "");
  CHECK(folder.trial("d").id != id);
}

TEST_CASE("what is neither a file nor a folder is the user's mistake, with its place") {
  const Folder folder;
  CHECK_THAT(folder.mistake("/dev/zero"), holds("e.yaml:2:31: data.path: /dev/zero is not a regular file"));
  const fs::path pipe = folder.write("x", "").parent_path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THAT(folder.mistake(pipe.string()), holds("is not a regular file"));
}

TEST_CASE("a folder of very many files is refused before they are read") {
  const Folder folder;
  for (int i = 0; i < 1001; ++i) folder.write("many/" + std::to_string(i), "");
  CHECK_THAT(folder.mistake("many"), holds("holds more than 1000 files"));
}

TEST_CASE("a trial that is read back is what was planned, whatever its file holds now") {
  const Folder folder;
  const fs::path file = folder.write("x.csv", "1\n");
  const TrialConfig planned = folder.trial("x.csv");
  folder.write("x.csv", "2\n");
  const TrialConfig changed = parse_trial(planned.resolved, fakes::registry());
  CHECK(changed.id == planned.id);
  CHECK(changed.canonical == planned.canonical);
  CHECK(changed.structural == planned.structural);
  CHECK(changed.resolved == planned.resolved);
  fs::remove(file);
  CHECK(parse_trial(planned.resolved, fakes::registry()).id == planned.id);
}

TEST_CASE("data that are no longer what was planned are not made") {
  const Folder folder;
  const fs::path file = folder.write("x.csv", "1\n");
  const TrialConfig planned = folder.trial("x.csv");
  const TrialConfig back = parse_trial(planned.resolved, fakes::registry());
  CHECK(instantiate_mistake(*planned.data).empty());
  CHECK(instantiate_mistake(*back.data).empty());
  folder.write("x.csv", "other\n");
  for (const PartPtr& data : {planned.data, back.data}) {
    CHECK_THAT(instantiate_mistake(*data),
               holds("data.path: " + file.string() + " is not what it was when the trial was planned") &&
                   holds(sha256_hex("1\n").substr(0, 16)) && holds(sha256_hex("other\n").substr(0, 16)));
  }
  fs::remove(file);
  CHECK(instantiate_mistake(*back.data).empty());  // the plugin says that it can't read it
}

TEST_CASE("a file is read once as long as it stays the same, however many points name it") {
  const Folder folder;
  const fs::path file = folder.write("x.csv", "1\n");
  Contents contents;
  std::string wrong;
  const std::string before = contents.of(file, wrong)->sha256;
  const auto time = fs::last_write_time(file);
  folder.write("x.csv", "2\n");
  fs::last_write_time(file, time);
  CHECK(contents.of(file, wrong)->sha256 == before);  // it was not read again: size and time are the same
  fs::last_write_time(file, time + std::chrono::seconds(1));
  CHECK(contents.of(file, wrong)->sha256 == sha256_hex("2\n").substr(0, 16));
  CHECK(wrong.empty());
}
