#include "cli/command.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace saddle::cli {

namespace fs = std::filesystem;

std::vector<fs::path> Context::plugin_folders() const {
  const fs::path root = program.parent_path().parent_path();
  const fs::path installed = root / "lib" / "saddle" / "plugins", built = root / "plugins";
  std::vector<fs::path> folders{fs::exists(installed) ? installed : built};
  for (auto& folder : extra_folders()) folders.push_back(std::move(folder));
  return folders;
}

std::vector<fs::path> Context::extra_folders() const {
  std::vector<fs::path> folders;
  if (const char* listed = std::getenv("SADDLE_PLUGIN_PATH")) {
    const std::string all = listed;
    for (size_t begin = 0; begin <= all.size();) {
      const size_t end = std::min(all.find(':', begin), all.size());
      if (end > begin) folders.emplace_back(all.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (const auto& folder : given) folders.push_back(folder);
  // A folder that is named twice is one folder: its libraries are not duplicates of each other.
  std::vector<fs::path> unique;
  for (const auto& folder : folders) {
    const fs::path canonical = fs::weakly_canonical(fs::absolute(folder));
    if (std::find(unique.begin(), unique.end(), canonical) == unique.end()) unique.push_back(canonical);
  }
  return unique;
}

Registry Context::load_plugins() {
  Registry registry;
  for (const auto& folder : plugin_folders())
    for (auto& failure : saddle::load_plugins(registry, folder)) failures.push_back(std::move(failure));
  return registry;
}

fs::path Context::package_folder() const {
  const fs::path root = program.parent_path().parent_path();
  const fs::path installed = root / "lib" / "cmake" / "Saddle";
  return fs::exists(installed) ? installed : root;
}

std::map<std::string, std::string> Context::broken() const {
  std::map<std::string, std::string> all;
  for (const PluginFailure& failure : failures) all[failure.library.stem().string()] = failure.message;
  return all;
}

void Context::add_plugins_option(CLI::App& verb) {
  verb.add_option("--plugins", given, "A folder with plugin libraries of your own (also: SADDLE_PLUGIN_PATH)")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

void FormatOption::add(CLI::App& verb, const std::string& formats) {
  verb.add_option("--format", name, formats)->type_name("FORMAT");
  verb.add_flag("--json", json, "Short for --format json");
}

analysis::Format FormatOption::get() const {
  return json ? analysis::Format::json : analysis::format_from(name);
}

std::string called_as() {
  const char* launcher = std::getenv("SADDLE_CALLED_AS");
  return launcher != nullptr ? launcher : "saddle";
}

void check_device(const std::string& device) {
  if (device != "cpu" && device != "cuda")
    throw UserError(fmt::format("--device {}: there are cpu and cuda", device));
  if (device == "cuda" && !at::hasCUDA())
    throw UserError("--device cuda: this LibTorch has no CUDA, or this machine no GPU that it can use");
}

void check_kernels(const std::string& kernels, const std::string& whose) {
  constexpr std::array names{"native", "fma", "portable"};
  if (!kernels.empty() && std::find(names.begin(), names.end(), kernels) == names.end())
    throw UserError(fmt::format("{} {}: there are {}", whose, kernels, fmt::join(names, ", ")));
}

size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw UserError("standard output can't be written: is the disk full, or the reader gone?");
}

}  // namespace saddle::cli
