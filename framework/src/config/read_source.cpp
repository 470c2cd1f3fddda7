#include "config/read_source.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "schema/suggest.hpp"

namespace saddle {
namespace {

/// "; did you mean 'ring.yaml'?" for a name that is nearly that of a file beside it, or its name without
/// .yaml.
std::string near_file(const std::filesystem::path& path) {
  std::error_code error;
  std::string best;
  size_t smallest = 0;
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::filesystem::path& file = at->path();
    if (file.extension() != ".yaml" && file.extension() != ".yml") continue;
    const std::string name = path.filename().string();
    for (const std::string& candidate : {file.filename().string(), file.stem().string()}) {
      if (nearest(name, {candidate}).empty() && candidate != name) continue;
      const size_t distance = edit_distance(name, candidate);
      const std::string shown = (path.parent_path() / file.filename()).string();
      if (best.empty() || std::tie(distance, shown) < std::tie(smallest, best)) {
        best = shown;
        smallest = distance;
      }
    }
  }
  return best.empty() ? best : "; did you mean '" + best + "'?";
}

}  // namespace

std::shared_ptr<const Source> read_source(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw UserError(path + ": is a folder, not a file");
  if (!std::filesystem::exists(path, error)) throw UserError(path + ": no such file" + near_file(path));
  if (!std::filesystem::is_regular_file(path, error)) throw UserError(path + ": is not a regular file");
  if (std::filesystem::file_size(path, error) > 64u << 20) throw UserError(path + ": larger than 64 MiB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw UserError(path + ": can't be read");
  std::string content = text.str();
  if (content.starts_with("\xEF\xBB\xBF")) content.erase(0, 3);  // byte order mark
  return std::make_shared<const Source>(Source{path, std::move(content)});
}

}  // namespace saddle
