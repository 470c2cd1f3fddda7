#include "catch.hpp"
#include "store_fixtures.hpp"

#include "store/merge.hpp"
#include "store/shard.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace store = saddle::store;
namespace fs = std::filesystem;

TEST_CASE("h5py, pandas and xarray read a merged store in three lines each, whatever its trials came to") {
  const fixtures::Folder folder;
  const store::StorePaths paths = store::store_paths(folder / "rings");
  store::freeze_plan(paths, fixtures::plan());
  for (int i : fixtures::recorded) store::write_shard(paths, fixtures::record(i));
  store::merge(paths);
  store::merge(paths);  // carries on from the file of the first

  const char* python = std::getenv("PYTHON");
  const fs::path script = fs::path(__FILE__).parent_path().parent_path() / "end_to_end" / "read_store.py";
  const std::string command = std::string(python ? python : "python3") + " '" + script.string() + "' '" +
                              paths.file.string() + "' > '" + (folder / "output").string() + "'";
  const int status = std::system(command.c_str());
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77)
    WARN("not checked: this Python lacks h5py, pandas or xarray");
  else
    CHECK(WEXITSTATUS(status) == 0);
}
