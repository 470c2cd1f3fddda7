// One lane of a group that trains by itself on the group's buffers, by tapes (replayed_gradients.hpp): small
// networks train fastest so, one lane after the other for many steps each, with everything of a lane in the
// cache.
#pragma once
#include <memory>
#include <vector>

#include "game/steps.hpp"

namespace saddle {

class LoneLane {
 public:
  LoneLane(const TrialConfig& trial, const at::TensorOptions& options, const SharedData& data,
           const Players& group, int64_t lane);
  /// Plays the steps from `first` on, at most `count`; ends early where the lane is no longer sound. Returns
  /// the steps played.
  int64_t play(int64_t first, int64_t count);
  const Players& players() const { return players_; }
  /// The group's have been taken.
  void forget_losses(size_t player) { players_.take_mean_loss(player); }
  /// Why it can't be trained by tapes; empty while it can. Steps are played all the same.
  const std::string& refusal() const { return tapes_.refusal(); }

 private:
  std::vector<const TrialConfig*> trial_;
  Streams streams_;
  Assembly assembly_;
  Players players_;
  ReplayedGradients tapes_;
  Steps steps_;
};

}  // namespace saddle
