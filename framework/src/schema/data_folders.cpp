#include <saddle/schema.hpp>

#include <cstdlib>

namespace saddle {

std::vector<Path> data_folders() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return Path(value ? value : "");
  };
  std::vector<Path> folders;
  if (const Path data = variable("SADDLE_DATA"); !data.empty()) folders.push_back(data);
  if (const Path home = variable("SADDLE_HOME"); !home.empty()) {
    folders.push_back(home / "data");
  } else if (const Path cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    folders.push_back(cache / "saddle" / "data");
  } else if (const Path user = variable("HOME"); !user.empty()) {
    folders.push_back(user / ".cache" / "saddle" / "data");
  }
  return folders;
}

}  // namespace saddle
