// Dynamics: where the players move, given their losses and their optimizers.
#pragma once
#include <saddle/game.hpp>
#include <saddle/optimizer.hpp>

namespace saddle {

/// One turn of the game: the players that move in it, one when turns alternate, all when they are
/// simultaneous, and one batch.
class SADDLE_API Turn : public Game {
 public:
  ~Turn() override;
  virtual const std::vector<size_t>& movers() const = 0;
  /// Updates that the player's optimizer has made.
  virtual int64_t count(size_t player) const = 0;

  /// The player's optimizer takes a step along −direction; constraints are imposed.
  virtual void move(size_t player, const Field& direction) = 0;
  /// Adds to the player's parameters; constraints are imposed.
  virtual void shift(size_t player, const Field& change) = 0;

  /// Lets the player's networks use other parameters, part of a graph or not, until `reset`: what
  /// `parameters` returns then.
  virtual void substitute(size_t player, Field params) = 0;
  virtual void reset(size_t player) = 0;
  virtual const Optimizer& optimizer(size_t player) const = 0;
  /// The optimizer's memory: states in its order, by parameter.
  virtual std::vector<Field> memory(size_t player) = 0;
  /// What the schedule makes of the player's rate in this step, by lane.
  virtual std::vector<double> rate_factors(size_t player) const = 0;

  /// Every player's parameters, its optimizer's memory and its count of updates.
  struct Snapshot {
    std::vector<Field> params;
    std::vector<std::vector<Field>> memory;
    std::vector<int64_t> counts;
  };
  virtual Snapshot save() = 0;
  /// Puts the movers' parameters back, and their optimizers' memory and counts if asked to.
  virtual void restore(const Snapshot& snapshot, bool memory) = 0;

  /// The dynamics' own buffers of a player, in the order of `Dynamics::states()`, changed in place.
  virtual std::vector<Field> states(size_t player) = 0;
};

class SADDLE_API Dynamics : public Plugin {
 public:
  static constexpr Kind kind = Kind::dynamics;
  using KindClass = Dynamics;
  ~Dynamics() override;
  /// Names of the buffers that it keeps for every player, each as long as its parameters and started at zero.
  virtual std::vector<std::string> states() const { return {}; }
  /// Whether it differentiates the losses twice.
  virtual bool needs_second_derivatives() const { return false; }
  /// Moves every mover once.
  virtual void play(Turn& turn) const = 0;
};

}  // namespace saddle
