// tests/mistakes/: wrong files and the exact messages that they get. NAME.yaml is planned, with the overrides
// of NAME.args if there is one (one a line), and NAME.txt is the message. `tests/mistakes/approve.sh` writes
// them anew.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "catch.hpp"
#include "config/plan.hpp"
#include "plugin/loader.hpp"

using namespace saddle;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Files are named as from their own folder.
class WithinFolder {
 public:
  explicit WithinFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~WithinFolder() { fs::current_path(before_); }

 private:
  fs::path before_;
};

/// Without the folder in front of the files that data are read from.
std::string as_from_here(std::string message) {
  const std::string here = fs::current_path().string() + "/",
                    above = fs::current_path().parent_path().string() + "/";
  for (const auto& [folder, name] : {std::pair(here, ""), std::pair(above, "../")})
    for (size_t at = message.find(folder); at != std::string::npos; at = message.find(folder, at))
      message.replace(at, folder.size(), name);
  return message;
}

std::string message_of(const fs::path& file, const Registry& registry) {
  std::vector<std::string> overrides;
  std::ifstream arguments(fs::path(file).replace_extension("args"));
  for (std::string line; std::getline(arguments, line);) overrides.push_back(line);
  try {
    const Experiment experiment = read_experiment(file.string(), overrides);
    make_plan(experiment, registry);
  } catch (const UserError& e) {
    return as_from_here(e.what()) + "\n";
  }
  return "no mistake\n";
}

}  // namespace

TEST_CASE("each wrong file gets exactly the message beside it", "[mistakes]") {
  const char* source = std::getenv("SADDLE_SOURCE");
  const char* plugins = std::getenv("SADDLE_PLUGINS_DIR");
  REQUIRE(source != nullptr);
  REQUIRE(plugins != nullptr);
  const bool approve = std::getenv("SADDLE_APPROVE") != nullptr;
  const WithinFolder within(fs::path(source) / "tests/mistakes");
  Registry registry;
  load_plugins(registry, plugins);
  std::set<std::string> messages;
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(".")) {
    const fs::path file = entry.path().filename();
    if (file.extension() != ".yaml" || file.string().starts_with("_"))
      continue;  // _….yaml is extended by others
    ++count;
    const fs::path text = fs::path(file).replace_extension("txt");
    const std::string message = message_of(file, registry);
    if (approve) std::ofstream(text, std::ios::binary) << message;
    INFO(file.string());
    CHECK(message == contents(text));
    CHECK(message != "no mistake\n");
    CHECK(messages.insert(message).second);
  }
  CHECK(count >= 40);
}
