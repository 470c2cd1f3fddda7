// Files that are either there and complete or not there at all, whenever a process is killed: written under a
// temporary name in the same folder, synced, renamed, and the folder synced.
#pragma once
#include <saddle/error.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace saddle::store {

/// The disk is full, a file grows beyond its limit, the folder is not ours: what other files would meet too.
class CannotWrite : public UserError {
 public:
  using UserError::UserError;
};

/// A file in the making: write(), or write to temporary() and close it; then commit(). Without commit() the
/// temporary goes away.
class AtomicFile {
 public:
  /// Creates the folder of `target` if it is missing. Throws CannotWrite when it can't.
  explicit AtomicFile(std::filesystem::path target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::filesystem::path& temporary() const { return temporary_; }
  /// The temporary's content from here on. Throws CannotWrite.
  void write(std::string_view content);
  /// Room on the disk for a temporary of so many bytes, taken now: whoever writes them later (HDF5, which a
  /// full disk crashes) will not run out of it. Throws CannotWrite.
  void reserve(uint64_t bytes);
  /// Afterwards `target` holds what was written, also if the machine loses power. Throws CannotWrite.
  void commit();
  /// The same, but for a loss of power: for what is of no use to the next process.
  void commit_unsynced();

 private:
  void rename_to_target();
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool reserved_ = false;
  bool committed_ = false;
};

/// Writes a text file in one piece. Throws CannotWrite.
void write_text_file(const std::filesystem::path& target, std::string_view text);

/// Removes what killed writers left in a folder, for one target (a file's name) or for all: the temporaries
/// of this host's dead processes, and those of other hosts (whose processes can't be asked) once they are a
/// day old. Gives how many it removed.
int remove_stale_temporaries(const std::filesystem::path& folder, std::string_view target = {});

}  // namespace saddle::store
