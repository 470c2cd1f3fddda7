// A trial in the middle of its training: from here it goes on as if nothing had happened, in whatever group.
#pragma once
#include "game/lasting.hpp"
#include "game/result.hpp"

namespace saddle {

struct Checkpoint {
  TrialResult so_far;  ///< steps, seconds, series and metrics; no weights, no samples
  NamedTensors lasting;
};

}  // namespace saddle
