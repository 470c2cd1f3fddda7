// Broken libraries: each is refused with a sentence that says what to do, and none of them ends the program.
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "plugin/elf.hpp"
#include "plugin/loader.hpp"

namespace fs = std::filesystem;
using namespace saddle;

namespace {

fs::path plugins_folder() { return std::getenv("SADDLE_PLUGINS_DIR"); }

fs::path specimen(const std::string& name) {
  return plugins_folder().parent_path() / "specimens" / name / ("divergence." + name + ".so");
}

std::string refusal(const fs::path& library) {
  try {
    open_plugin(library);
  } catch (const PluginError& e) {
    return e.what();
  }
  return "accepted";
}

// A copy that a test may damage.
fs::path copy_of_good(const std::string& name) {
  const fs::path folder = fs::temp_directory_path() / ("saddle-loader-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const fs::path copy = folder / (name + ".so");
  fs::copy_file(specimen("good"), copy, fs::copy_options::overwrite_existing);
  return copy;
}

}  // namespace

TEST_CASE("a whole plugin library is accepted") { CHECK(refusal(specimen("good")) == "accepted"); }

TEST_CASE("a library of another plugin API is refused with both numbers") {
  CHECK_THAT(refusal(specimen("wrong_api")), holds("plugin API 999") && holds("rebuild it"));
}

TEST_CASE("a library built against other headers is refused") {
  CHECK_THAT(refusal(specimen("wrong_headers")), holds("other Saddle headers (0123456789abcdef, here "));
}

TEST_CASE("a library without a manifest is refused as no plugin") {
  CHECK_THAT(refusal(specimen("no_manifest")), holds("no Saddle plugin") && holds("SADDLE_PLUGIN"));
}

TEST_CASE("a missing symbol is found when the library is opened, not when it is called") {
  CHECK_THAT(refusal(specimen("missing_symbol")), holds("it can't be opened") && holds("written_nowhere"));
}

TEST_CASE("a truncated library is refused before it is opened, wherever it is cut") {
  const fs::path copy = copy_of_good("truncated");
  const auto size = fs::file_size(copy);
  for (const auto share : {0.0, 0.001, 0.1, 0.3, 0.5, 0.9, 0.999}) {
    fs::copy_file(specimen("good"), copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, static_cast<std::uintmax_t>(share * static_cast<double>(size)));
    INFO("cut at " << share);
    CHECK(elf_problem(copy) != "");
    CHECK(refusal(copy) != "accepted");
  }
}

TEST_CASE("a text file that calls itself a library is refused") {
  const fs::path copy = copy_of_good("text");
  std::ofstream(copy) << std::string(4000, 'x');
  CHECK_THAT(refusal(copy), holds("it is no shared library"));
}

TEST_CASE("a library that everybody may write is not opened") {
  const fs::path copy = copy_of_good("writable");
  fs::permissions(copy, fs::perms::others_write, fs::perm_options::add);
  CHECK_THAT(refusal(copy), holds("chmod o-w"));
}

TEST_CASE("a name that is taken is an error that names both libraries") {
  Registry registry;
  load_plugins(registry, plugins_folder());
  try {
    load_plugins(registry, specimen("duplicate_name").parent_path());
    FAIL("accepted");
  } catch (const PluginError& e) {
    CHECK_THAT(e.what(), holds("'kl' is already there") && holds("divergence.kl.so") &&
                             holds("divergence.duplicate_name.so"));
  }
}

TEST_CASE("a broken library leaves the good ones of its folder usable") {
  const fs::path copy = copy_of_good("good");
  const fs::path broken = copy.parent_path() / "broken.so";
  std::ofstream(broken) << "x";
  for (const auto& file : fs::directory_iterator(copy.parent_path()))
    if (file.path() != copy && file.path() != broken) fs::remove(file.path());
  Registry registry;
  const auto failures = load_plugins(registry, copy.parent_path());
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].library == broken);
  CHECK(registry.find(Kind::divergence, "specimen") != nullptr);
}
