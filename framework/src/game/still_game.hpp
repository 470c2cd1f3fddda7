// The game at a measurement: nobody moves, and what the networks remember stays as it is.
#pragma once
#include "game/moment.hpp"

namespace saddle {

class StillGame final : public Game {
 public:
  /// `step`: how far the training is; the draws don't depend on it.
  StillGame(const Assembly& assembly, const Networks& networks, const Streams& streams,
            const TrainConfig& train, int64_t step);

  const std::vector<PlayerSpec>& players() const override { return assembly_.players(); }
  const Field& parameters(size_t player) override { return leaves_[player]; }
  Tensor loss(size_t player) override { return assembly_.objective().loss(players()[player], moment_); }
  Play& play() override { return moment_; }

 private:
  const Assembly& assembly_;
  Networks networks_;
  std::vector<Field> leaves_;
  Moment moment_;
};

}  // namespace saddle
