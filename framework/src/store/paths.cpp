#include "store/paths.hpp"

#include <set>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

fs::path with_suffix(const fs::path& base, const char* suffix) {
  fs::path out = base;
  out += suffix;
  return out;
}

/// The name without a store's suffix; empty if there is no such suffix.
std::string stem_of_store(const std::string& name) {
  for (std::string_view suffix : {".h5", ".study"})
    if (name.size() > suffix.size() && name.ends_with(suffix) && name[name.size() - suffix.size() - 1] != '/')
      return name.substr(0, name.size() - suffix.size());
  return {};
}

}  // namespace

StorePaths store_paths(const fs::path& given) {
  std::string base = given.string();
  while (base.size() > 1 && base.ends_with('/')) base.pop_back();
  if (std::string stem = stem_of_store(base); !stem.empty()) base = std::move(stem);
  return {base, with_suffix(base, ".h5"), with_suffix(base, ".study")};
}

std::vector<std::string> stores_in(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with('.')) continue;
    std::string stem = stem_of_store(name);
    if (!stem.empty()) names.insert(folder == "." ? stem : (folder / stem).string());
  }
  return {names.begin(), names.end()};
}

}  // namespace saddle::store
