// A turn of the game on the players as they are: what a dynamics moves.
#pragma once
#include <map>

#include "game/moment.hpp"
#include "game/players.hpp"
#include "game/replayed_gradients.hpp"

namespace saddle {

class LiveTurn final : public Turn {
 public:
  /// `rate_factors`: by player, what the schedules make of each lane's rate in this step. `replayed`:
  /// of a lane that trains alone, or of all on a device; null where losses are evaluated.
  LiveTurn(const Assembly& assembly, Players& players, Moment& moment, const std::vector<size_t>& movers,
           const std::vector<std::vector<double>>& rate_factors, ReplayedGradients* replayed = nullptr);

  const std::vector<PlayerSpec>& players() const override { return assembly_.players(); }
  const Field& parameters(size_t player) override;
  Tensor loss(size_t player) override;
  Field gradient(size_t player, bool differentiable) override;
  Play& play() override { return moment_; }

  const std::vector<size_t>& movers() const override { return movers_; }
  int64_t count(size_t player) const override { return players_.updates(player); }
  void move(size_t player, const Field& direction) override;
  void shift(size_t player, const Field& change) override { players_.shift(player, change); }
  void substitute(size_t player, Field params) override;
  void reset(size_t player) override;
  const Optimizer& optimizer(size_t player) const override {
    return assembly_.optimizer(assembly_.players()[player]);
  }
  std::vector<Field> memory(size_t player) override { return players_.memory(player); }
  std::vector<double> rate_factors(size_t player) const override { return rate_factors_[player]; }
  Snapshot save() override;
  void restore(const Snapshot& snapshot, bool memory) override;
  std::vector<Field> states(size_t player) override { return players_.dynamics_states(player); }

 private:
  Tensor unnoted_loss(size_t player);
  /// Whether the player's loss is to be noted now: the first of a mover in this turn.
  bool notes(size_t player);

  const Assembly& assembly_;
  Players& players_;
  Moment& moment_;
  const std::vector<size_t>& movers_;
  const std::vector<std::vector<double>>& rate_factors_;
  std::vector<size_t> noted_;            // whose loss this turn has been noted
  std::map<size_t, Field> substituted_;  // by player
  ReplayedGradients* replayed_;
};

}  // namespace saddle
