// Checkpoints: a trial in the middle of its training, `PATH.study/checkpoints/ID.h5`, laid out and written
// like a shard; its weights are everything that lasts. A last line holds step and SHA-256, so that damage of
// any kind is seen before HDF5 sees it. A checkpoint is a convenience: where it can't be used the trial
// begins anew.
#pragma once
#include "store/paths.hpp"
#include "store/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace saddle::store {

/// Writes or replaces a trial's checkpoint. Throws CannotWrite.
void write_checkpoint(const StorePaths&, const TrialRecord&);
/// Nothing where there is none, or, with the reason in `why`, where it is damaged.
std::optional<TrialRecord> read_checkpoint(const StorePaths&, const std::string& id, std::string& why);
void remove_checkpoint(const StorePaths&, const std::string& id);

/// By trial, the step that its checkpoint says it is at. Only the last line is read.
std::map<std::string, int64_t> checkpoint_steps(const StorePaths&);

}  // namespace saddle::store
