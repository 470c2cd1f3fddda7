#include "game/lone_lane.hpp"

namespace saddle {

LoneLane::LoneLane(const TrialConfig& trial, const at::TensorOptions& options, const SharedData& data,
                   const Players& group, int64_t lane)
    : trial_{&trial},
      streams_({trial.seed}, options),
      assembly_(trial_, options, data),
      players_(group, lane, assembly_),
      steps_(assembly_, players_, streams_, trial.train, &tapes_) {}

int64_t LoneLane::play(int64_t first, int64_t count) {
  int64_t played = 0;
  while (played < count && !players_.any_fault()) {
    steps_.play(first + played);
    ++played;
  }
  return played;
}

}  // namespace saddle
