// What the files hold that path parameters name: a trial that is trained on other data is another trial.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace saddle {

struct PartConfig;

/// What a file held when the trial was planned.
struct Content {
  std::string sha256;  ///< the first 16 hex digits; of a folder, over the names and contents of all its files
  /// The file's size and time of writing when this process hashed it; nothing where the digest was read back.
  struct State {
    std::uintmax_t size = 0;
    std::filesystem::file_time_type written{};
    bool operator==(const State&) const = default;
  };
  std::optional<State> state;
};

/// Hashes files, each once as long as its size and its time of writing stay.
class Contents {
 public:
  /// Nothing where the file is not there or can't be read: whoever opens it says so. `wrong` becomes what
  /// speaks against it as data, if anything does.
  std::optional<Content> of(const std::filesystem::path& path, std::string& wrong);
  /// Of several files together, by name and content, wherever they lie; nothing where there are none.
  std::optional<Content> of_files(const std::vector<std::filesystem::path>& files, std::string& wrong);

 private:
  std::string file_sha256(const std::filesystem::path& file, const Content::State& state);
  std::optional<Content> of_folder(const std::filesystem::path& folder, std::string& wrong);
  std::map<std::filesystem::path, Content> known_;
};

/// Under which PartConfig::contents holds what the data read though no parameter names it (Data::files).
constexpr const char* files_key = "files";

/// Throws UserError if a file that the part names holds something else than when it was planned.
void check_contents(const PartConfig& part);
/// The same of the files that no parameter names.
void check_files(const PartConfig& part, const std::vector<std::filesystem::path>& files);

}  // namespace saddle
