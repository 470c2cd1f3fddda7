// Where a store lies. `PATH`, `PATH.h5` and `PATH.study` all name the same store: the merged file `PATH.h5`
// and the study `PATH.study/` with the frozen plan, a shard a finished trial and a checkpoint a trial under
// way.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace saddle::store {

struct StorePaths {
  std::filesystem::path base;   ///< PATH
  std::filesystem::path file;   ///< PATH.h5
  std::filesystem::path study;  ///< PATH.study

  std::filesystem::path plan() const { return study / "plan.json"; }
  std::filesystem::path trials() const { return study / "trials"; }
  std::filesystem::path shard(std::string_view id) const { return trials() / (std::string(id) + ".h5"); }
  std::filesystem::path checkpoints() const { return study / "checkpoints"; }
  std::filesystem::path checkpoint(std::string_view id) const {
    return checkpoints() / (std::string(id) + ".h5");
  }
};

/// Strips a final `.h5`, `.study` or slash from what the user gave. Looks at no file.
StorePaths store_paths(const std::filesystem::path& given);

/// The stores in a folder as a user would name them (PATH), sorted; for messages about a store that isn't
/// there. Empty when the folder can't be read.
std::vector<std::string> stores_in(const std::filesystem::path& folder);

}  // namespace saddle::store
