#include "plugin/loader.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <boost/dll/shared_library.hpp>

#include "plugin/elf.hpp"

namespace saddle {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& library, const std::string& why) {
  throw PluginError(fmt::format("{}: {}", library.string(), why));
}

// dlopen runs a library's constructors whatever its permissions are: anybody's file could be anything.
void check_permissions(const fs::path& library) {
  struct stat status {};
  if (stat(library.c_str(), &status) != 0) refuse(library, "it can't be read");
  if ((status.st_mode & S_IWOTH) != 0)
    refuse(library, fmt::format("everybody may write it; it's not opened (chmod o-w {})", library.string()));
}

void check_stamp(const fs::path& library, const AbiStamp& theirs) {
  const AbiStamp ours = this_abi();
  if (theirs.bytes != ours.bytes || theirs.api != ours.api)
    refuse(library, fmt::format("it was built for plugin API {}, this Saddle speaks API {}; rebuild it",
                                theirs.api, ours.api));
  if (std::string_view(theirs.torch) != ours.torch)
    refuse(library, fmt::format("it was built against LibTorch {}, this Saddle uses {}; rebuild it",
                                theirs.torch, ours.torch));
  if (std::string_view(theirs.headers) != ours.headers)
    refuse(library, fmt::format("it was built against other Saddle headers ({}, here {}); rebuild it",
                                theirs.headers, ours.headers));
  if (std::string_view(theirs.compiler) != ours.compiler || theirs.cxx11_abi != ours.cxx11_abi ||
      theirs.tensor_bytes != ours.tensor_bytes || theirs.string_bytes != ours.string_bytes)
    refuse(library,
           fmt::format("it was built by another compiler or standard library ({}, here {}); rebuild it",
                       theirs.compiler, ours.compiler));
}

// The loader's own sentence, without what Boost wraps around it.
std::string loader_message(std::string text, const fs::path& library) {
  if (const auto at = text.find(library.string() + ": "); at != std::string::npos)
    text = text.substr(at + library.string().size() + 2);
  if (const auto end = text.find(": No such file or directory"); end != std::string::npos) text.resize(end);
  if (const auto end = text.rfind(" [system:"); end != std::string::npos) text.resize(end);
  return text;
}

}  // namespace

const Manifest& open_plugin(const fs::path& given) {
  const fs::path library = fs::absolute(given).lexically_normal();
  check_permissions(library);
  if (const auto problem = elf_problem(library); !problem.empty()) refuse(library, problem);
  // Never unloaded: objects, exceptions and type information of a plugin outlive any scope of ours.
  constexpr auto stays = static_cast<boost::dll::load_mode::type>(RTLD_NODELETE);
  boost::dll::shared_library handle;
  try {
    // Now, not lazily: a missing symbol is an error here instead of the end of the process later.
    handle.load(library, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local | stays);
  } catch (const std::exception& e) {
    std::string why = loader_message(e.what(), library);
    if (why.find("undefined symbol") != std::string::npos)
      why += " (a source file that is missing, or another Saddle that it was built against: rebuild it)";
    refuse(library, "it can't be opened: " + why);
  }
  if (!handle.has("saddle_manifest"))
    refuse(library, "it's no Saddle plugin (no saddle_manifest; does its source end with SADDLE_PLUGIN?)");
  const Manifest* manifest = handle.get<const Manifest*()>("saddle_manifest")();
  check_stamp(library, manifest->abi);
  return *manifest;
}

std::vector<PluginFailure> load_plugins(Registry& registry, const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> libraries;
  for (const auto& file : fs::directory_iterator(folder, error))
    if (file.path().extension() == ".so") libraries.push_back(file.path());
  if (error)
    throw UserError(fmt::format("the plugin folder {} can't be read: {}", folder.string(), error.message()));
  std::sort(libraries.begin(), libraries.end());

  std::vector<PluginFailure> failures;
  std::vector<std::pair<fs::path, const Manifest*>> good;
  for (const auto& library : libraries) {
    try {
      good.emplace_back(library, &open_plugin(library));
    } catch (const PluginError& e) {
      failures.push_back({library, e.what()});
    }
  }
  for (const auto& [library, manifest] : good)
    for (uint32_t i = 0; i < manifest->count; ++i) registry.add(manifest->entries[i], library);
  return failures;
}

}  // namespace saddle
