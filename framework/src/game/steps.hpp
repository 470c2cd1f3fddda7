// The steps of a training: which players move in which turn, and what their schedules make of their rates.
#pragma once
#include <string>
#include <vector>

#include "game/players.hpp"
#include "game/replayed_gradients.hpp"

namespace saddle {

class Steps {
 public:
  /// `replayed`: of a lane that trains alone, or of all on a device; null where losses are evaluated.
  Steps(const Assembly& assembly, Players& players, const Streams& streams, const TrainConfig& train,
        ReplayedGradients* replayed = nullptr);
  /// One step of every player's updates.
  void play(int64_t step);

 private:
  struct Updates {
    std::vector<size_t> movers;
    std::string name;  // of the turn's streams
    int64_t draw;      // which batch of the step
  };
  void add_turns(size_t player, int64_t count);

  const Assembly& assembly_;
  Players& players_;
  const Streams& streams_;
  const TrainConfig& train_;
  ReplayedGradients* replayed_;
  std::vector<Updates> turns_;
  std::vector<std::vector<double>> rate_factors_;  // of this step, by player and lane
};

}  // namespace saddle
