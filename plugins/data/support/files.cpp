#include "files.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <saddle/error.hpp>

#include <cstdlib>
#include <memory>

namespace saddle {
namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file, const std::string& param) {
  std::error_code error;
  if (fs::is_directory(file, error)) throw ParamError(param, fmt::format("{} is a folder", file.string()));
  // gzread hands out the bytes of a file that is not compressed as they are.
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> gz(gzopen(file.c_str(), "rb"), gzclose);
  if (!gz) throw ParamError(param, fmt::format("can't read {}", file.string()));
  gzbuffer(gz.get(), 1 << 18);
  std::string bytes;
  constexpr size_t piece = 1 << 20;
  for (;;) {
    const size_t old = bytes.size();
    bytes.resize(old + piece);
    const int got = gzread(gz.get(), bytes.data() + old, piece);
    bytes.resize(old + static_cast<size_t>(got > 0 ? got : 0));
    if (got <= 0) break;
  }
  int code = Z_OK;
  const char* message = gzerror(gz.get(), &code);
  if (code == Z_BUF_ERROR)
    throw ParamError(param, fmt::format("{} is cut off: its gzip data end early", file.string()));
  if (code == Z_ERRNO) throw ParamError(param, fmt::format("can't read {}", file.string()));
  if (code != Z_OK) throw ParamError(param, fmt::format("{} is damaged: {}", file.string(), message));
  return bytes;
}

std::vector<fs::path> data_folders() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value ? value : "");
  };
  std::vector<fs::path> folders;
  if (const fs::path data = variable("SADDLE_DATA"); !data.empty()) folders.push_back(data);
  if (const fs::path home = variable("SADDLE_HOME"); !home.empty()) {
    folders.push_back(home / "data");
  } else if (const fs::path cache = variable("XDG_CACHE_HOME"); !cache.empty()) {
    folders.push_back(cache / "saddle" / "data");
  } else if (const fs::path user = variable("HOME"); !user.empty()) {
    folders.push_back(user / ".cache" / "saddle" / "data");
  }
  return folders;
}

std::optional<fs::path> first_there(const std::vector<fs::path>& candidates) {
  for (const fs::path& file : candidates) {
    std::error_code error;
    if (fs::is_regular_file(file, error)) return file;
  }
  return std::nullopt;
}

fs::path first_existing(const std::vector<fs::path>& candidates, const std::string& what,
                        const std::string& to_install) {
  if (const auto file = first_there(candidates)) return *file;
  std::string places;
  for (const fs::path& file : candidates) places += (places.empty() ? "" : ", ") + file.string();
  throw ParamError("path", fmt::format("can't find {}; looked for {}. {}", what, places, to_install));
}

}  // namespace saddle
