// From a training under way to the checkpoint that the store keeps of it, and back.
#pragma once
#include <optional>
#include <string>

#include "game/checkpoint.hpp"
#include "store/paths.hpp"
#include "store/record.hpp"
#include "sweep/record.hpp"

namespace saddle {

store::TrialRecord to_record(const Checkpoint& checkpoint, Provenance provenance);

/// The trial's checkpoint, if it is there and going on from it gives the bits of an uninterrupted training:
/// it is whole, of the same configuration, and made by the same program, plugins and kernels on the same kind
/// of processor (portable kernels: on any). Otherwise nothing, and where there is one `why` says what is
/// wrong.
std::optional<Checkpoint> find_checkpoint(const store::StorePaths& paths, const TrialConfig& trial,
                                          const Provenance& provenance, std::string& why);

}  // namespace saddle
