#include "store/checkpoint.hpp"

#include "schema/sha256.hpp"
#include "store/atomic_file.hpp"
#include "store/shard.hpp"

#include <fmt/format.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>

namespace saddle::store {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view before_step = "\nsaddle checkpoint 1 step ", before_sha256 = " sha256 ";
constexpr size_t step_digits = 19, sha256_digits = 64;
constexpr size_t line_size = before_step.size() + step_digits + before_sha256.size() + sha256_digits + 1;

std::string last_line(int64_t step, const std::string& sha256) {
  return fmt::format("{}{:0{}}{}{}\n", before_step, step, step_digits, before_sha256, sha256);
}

std::optional<int64_t> step_of(std::string_view line) {
  if (line.size() != line_size || !line.starts_with(before_step)) return {};
  line.remove_prefix(before_step.size());
  int64_t step = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + step_digits, step);
  if (error != std::errc() || end != line.data() + step_digits) return {};
  return step;
}

std::string all_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void write_checkpoint(const StorePaths& paths, const TrialRecord& record) {
  AtomicFile target(paths.checkpoint(record.id));
  std::string image = shard_image(record);
  image += last_line(record.steps, sha256_hex(image));
  target.write(image);
  target.commit();
}

std::optional<TrialRecord> read_checkpoint(const StorePaths& paths, const std::string& id, std::string& why) {
  const fs::path path = paths.checkpoint(id);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  try {
    const std::string all = all_of(path);
    const std::string_view image =
        std::string_view(all).substr(0, all.size() - std::min(all.size(), line_size));
    const auto step = step_of(std::string_view(all).substr(image.size()));
    if (!step || all.substr(image.size()) != last_line(*step, sha256_hex(image))) {
      why = "it is damaged";
      return {};
    }
    TrialRecord record = read_shard(path);
    if (record.steps == *step) return record;
    why = "it is damaged";
  } catch (const std::exception& error) {  // a whole file that is none of ours
    why = error.what();
  }
  return {};
}

void remove_checkpoint(const StorePaths& paths, const std::string& id) {
  std::error_code ignored;
  fs::remove(paths.checkpoint(id), ignored);
}

std::map<std::string, int64_t> checkpoint_steps(const StorePaths& paths) {
  std::map<std::string, int64_t> steps;
  std::error_code error;
  for (fs::directory_iterator at(paths.checkpoints(), error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (path.extension() != ".h5" || path.filename().string().starts_with('.')) continue;
    std::ifstream file(path, std::ios::binary);
    std::string line(line_size, '\0');
    file.seekg(-static_cast<std::streamoff>(line_size), std::ios::end);
    file.read(line.data(), static_cast<std::streamsize>(line_size));
    if (const auto step = step_of(line); file && step) steps.emplace(path.stem().string(), *step);
  }
  return steps;
}

}  // namespace saddle::store
