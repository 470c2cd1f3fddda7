// Shards: one HDF5 file a finished trial, `PATH.study/trials/ID.h5`. A shard is written under a temporary
// name and renamed, so at any moment every shard there is complete.
#pragma once
#include "store/paths.hpp"
#include "store/record.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace saddle::store {

/// How much of a trial to read: attributes and metrics; also configuration, series and provenance; also the
/// weights and samples.
enum class Part { summary, light, whole };

/// The bytes of a trial's shard.
std::string shard_image(const TrialRecord&);

/// Writes or replaces a trial's shard. When it returns the trial is safe. Throws CannotWrite when the disk is
/// full or the folder is not ours; what was there before is then as it was.
void write_shard(const StorePaths&, const TrialRecord&);

/// Reads a shard. Throws UserError, naming the file and the way out, when it is damaged, foreign or too new.
TrialRecord read_shard(const std::filesystem::path&, Part = Part::whole);

/// Of the library that writes.
std::string hdf5_version();

/// The ids of the trials that have a shard, sorted. A study that isn't there has none.
std::vector<std::string> list_shards(const StorePaths&);

}  // namespace saddle::store
