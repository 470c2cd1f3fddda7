// Files that are either there and complete or not there at all, whenever a process is killed: written under a
// temporary name in the same folder, synced, renamed, and the folder synced.
#pragma once
#include <filesystem>
#include <string_view>

namespace saddle::store {

/// A file in the making. Write to temporary(), close it, then commit(); without commit() the temporary goes
/// away.
class AtomicFile {
 public:
  /// Creates the folder of `target` if it is missing. Throws UserError when it can't.
  explicit AtomicFile(std::filesystem::path target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::filesystem::path& temporary() const { return temporary_; }
  /// Afterwards `target` holds what was written, also if the machine loses power. Throws UserError when it
  /// can't.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

/// Writes a text file in one piece.
void write_text_file(const std::filesystem::path& target, std::string_view text);

/// Removes what killed writers left in a folder, for one target (a file's name) or for all: the temporaries
/// of this host's dead processes, and those of other hosts (whose processes can't be asked) once they are a
/// day old. Gives how many it removed.
int remove_stale_temporaries(const std::filesystem::path& folder, std::string_view target = {});

}  // namespace saddle::store
