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

/// Of several files: by name what SHA-256 each has.
Content together(const std::map<std::string, std::string>& files) {
  std::string all;
  for (const auto& [name, sha256] : files) all.append(sha256).append("  ").append(name).append("\n");
  return {sha256_hex(all).substr(0, digits), std::nullopt};
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
  return together(files);
}

std::optional<Content> Contents::of_files(const std::vector<fs::path>& files, std::string& wrong) {
  std::map<std::string, std::string> hashed;
  for (const fs::path& path : files) {
    const auto state = state_of(path);
    if (!state) continue;
    try {
      hashed[path.filename().string()] = file_sha256(path, *state);
    } catch (const UserError& e) {
      wrong = e.what();
      return std::nullopt;
    }
  }
  if (hashed.empty()) return std::nullopt;
  return together(hashed);
}

namespace {

void check_content(const Content& planned, const std::optional<Content>& now, const std::string& path,
                   const std::string& what) {
  if (!now || now->sha256 == planned.sha256) return;
  throw UserError(path + ": " + what +
                  " is not what it was when the trial was planned: its SHA-256 began with " + planned.sha256 +
                  " and begins with " + now->sha256 +
                  " now. Put the old content back, or run the experiment's file again, which plans trials of "
                  "the new one");
}

}  // namespace

void check_contents(const PartConfig& part) {
  for (const auto& [param, planned] : part.contents) {
    if (param == files_key) continue;
    const fs::path path = part.given.at(param)->text;
    if (planned.state && state_of(path) == planned.state) continue;  // hashed a moment ago, in this process
    std::string wrong;
    const std::optional<Content> now = Contents().of(path, wrong);
    if (!wrong.empty()) throw UserError(part.path + "." + param + ": " + wrong);
    check_content(planned, now, part.path + "." + param, path.string());
  }
}

void check_files(const PartConfig& part, const std::vector<fs::path>& files) {
  const auto planned = part.contents.find(files_key);
  if (planned == part.contents.end()) return;
  std::string wrong, what;
  const std::optional<Content> now = Contents().of_files(files, wrong);
  if (!wrong.empty()) throw UserError(part.path + ": " + wrong);
  for (const fs::path& file : files) what += (what.empty() ? "" : ", ") + file.string();
  check_content(planned->second, now, part.path, what);
}

}  // namespace saddle
