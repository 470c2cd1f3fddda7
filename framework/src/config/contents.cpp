#include "config/contents.hpp"

#include <saddle/error.hpp>

#include "config/trial.hpp"
#include "schema/sha256.hpp"

namespace saddle {
namespace {
namespace fs = std::filesystem;

constexpr size_t digits = 16;
constexpr size_t most_files = 1000;  // a folder of more is hardly data alone

std::optional<Content::State> state_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return std::nullopt;
  const fs::file_time_type written = fs::last_write_time(path, error);
  if (error) return std::nullopt;
  return Content::State{size, written};
}

}  // namespace

std::optional<Content> Contents::of(const fs::path& path, std::string& wrong) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  if (fs::is_directory(path, error)) return of_folder(path, wrong);
  const auto state = state_of(path);
  if (!state) {
    wrong = path.string() + " is not a regular file";
    return std::nullopt;
  }
  try {
    return Content{file_sha256(path, *state).substr(0, digits), state};
  } catch (const UserError&) {
    return std::nullopt;
  }
}

std::string Contents::file_sha256(const fs::path& file, const Content::State& state) {
  Content& known = known_[file];
  if (known.state != state) known = {sha256_of_file(file), state};
  return known.sha256;
}

std::optional<Content> Contents::of_folder(const fs::path& folder, std::string& wrong) {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    const bool hidden = path.filename().string().starts_with('.');  // left by file managers
    if (hidden) at.disable_recursion_pending();
    std::error_code ignored;
    if (hidden || fs::is_directory(path, ignored)) continue;
    const auto state = state_of(path);
    if (!state) continue;
    if (files.size() == most_files) {
      wrong = folder.string() + " holds more than " + std::to_string(most_files) +
              " files: too many to tell whether it stays what it is";
      return std::nullopt;
    }
    try {
      files[path.lexically_relative(folder).string()] = file_sha256(path, *state);
    } catch (const UserError& e) {
      wrong = e.what();
      return std::nullopt;
    }
  }
  if (error) return std::nullopt;
  std::string all;
  for (const auto& [name, sha256] : files) all.append(sha256).append("  ").append(name).append("\n");
  return Content{sha256_hex(all).substr(0, digits), std::nullopt};
}

void check_contents(const PartConfig& part) {
  for (const auto& [param, planned] : part.contents) {
    const fs::path path = part.given.at(param)->text;
    if (planned.state && state_of(path) == planned.state) continue;  // hashed a moment ago, in this process
    std::string wrong;
    const std::optional<Content> now = Contents().of(path, wrong);
    if (!wrong.empty()) throw UserError(part.path + "." + param + ": " + wrong);
    if (!now || now->sha256 == planned.sha256) continue;
    throw UserError(part.path + "." + param + ": " + path.string() +
                    " is not what it was when the trial was planned: its SHA-256 began with " +
                    planned.sha256 + " and begins with " + now->sha256 +
                    " now. Put the old content back, or run the experiment's file again, which plans trials "
                    "of the new one");
  }
}

}  // namespace saddle
