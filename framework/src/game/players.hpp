// The players of a group of trials: their networks, what their optimizers and the dynamics remember, and
// which lanes are still sound.
#pragma once
#include <saddle/dynamics.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "game/assembly.hpp"
#include "game/lasting.hpp"
#include "game/network.hpp"

namespace saddle {

using Networks = std::map<Kind, Network>;

/// Every network that the assembly declares, at its start.
Networks make_networks(const Assembly& assembly, const Streams& streams);
/// The networks of a player that have parameters.
std::vector<Kind> networks_of(const PlayerSpec& player, const Networks& networks);
/// Its parameters as differentiable leaves.
Field leaves_of(const PlayerSpec& player, const Networks& networks);

class Players {
 public:
  Players(const Assembly& assembly, const Streams& streams, const TrainConfig& train);

  /// One lane of `group` on the same buffers, with its parts, as if it were alone.
  Players(const Players& group, int64_t lane, const Assembly& of_lane);
  /// What `one`, such a lane, has counted and noted meanwhile.
  void take_over(int64_t lane, const Players& one);

  /// The same lanes' parts, made anew.
  void reassemble(const Assembly& assembly) { assembly_ = &assembly; }
  const Networks& networks() const { return networks_; }
  size_t count() const { return states_.size(); }
  const PlayerSpec& spec(size_t player) const { return assembly_->players()[player]; }
  const Field& leaves(size_t player) const { return states_[player].leaves; }
  /// Updates that the player's optimizer has made: more than one a turn where a dynamics looks ahead.
  int64_t updates(size_t player) const { return states_[player].updates; }
  /// Where a replayed loss leaves the gradient of the player's loss; `move` takes it from there without a
  /// copy.
  const Field& planned_gradient(size_t player);
  /// Whether nobody holds what was lent of it, so that another may be left there.
  bool planned_gradient_is_free(size_t player) const;
  /// `finite`: it is known to be in all lanes.
  void lend_planned_gradient(size_t player, bool finite);
  /// Leaves a gradient in the planned one, by a launch a network, and the sum of all its numbers in `sum`
  /// [lane].
  void plan_gradient(size_t player, const Field& gradient, const Tensor& sum);
  void set_updates(size_t player, int64_t count) { states_[player].updates = count; }
  /// Turns in which the player has moved.
  int64_t turns(size_t player) const { return states_[player].turns; }
  void end_turn(const std::vector<size_t>& movers) {
    for (const size_t p : movers) ++states_[p].turns;
  }

  /// An optimizer's step along −direction, after the player's gradient was clipped.
  void move(size_t player, const Field& direction, const std::vector<double>& rate_factors);
  void shift(size_t player, const Field& change);
  /// The optimizer's memory and the dynamics' buffers, by parameter.
  std::vector<Field> memory(size_t player) const;
  std::vector<Field> dynamics_states(size_t player) const;
  /// Copies values into the player's parameters; nothing is projected.
  void put(size_t player, const Field& params);

  /// Sums the losses until `take_mean_loss`; blames the lanes whose loss is not finite.
  void note_loss(size_t player, const Tensor& loss);
  void note_loss(size_t player, std::span<const double> loss);
  /// [lane] float64, on the CPU; undefined if there was no loss since the last call.
  Tensor take_mean_loss(size_t player);
  /// Blames lanes for what no loss shows: parameters that the last update took out of range, and a memory of
  /// the optimizer that has overflowed, after which its parameters silently stop.
  void check_parameters();
  /// By lane: why it diverged; empty while it is sound.
  const std::vector<std::string>& faults() const { return faults_; }
  bool any_fault() const;
  void blame(int64_t lane, std::string why);
  /// Parameters and states of all networks, what optimizers and dynamics remember, losses since the last
  /// measurement.
  void lasting(Lasting& all);
  /// Keeps the given lanes, in that order.
  void keep(const std::vector<int64_t>& lanes);

 private:
  struct NetworkMemory {
    Kind network;
    std::vector<Tensor> optimizer, dynamics;  // each [lane, slice]
    std::optional<Update> planned;            // with the gradient of replayed losses; none without
  };
  struct State {
    std::vector<NetworkMemory> memories;
    Field leaves;
    int64_t updates = 0, turns = 0;
    Tensor loss_sum;  // [lane] float64, on the CPU
    int64_t loss_count = 0;
    double clip_norm = 0;                   // 0: no limit
    Field planned;                          // views of the networks' planned gradients
    size_t planned_uses = 0;                // of their storages, when they were lent last
    std::optional<int64_t> finite_version;  // of their tensors, at which they are known to be finite
  };
  class Sound;
  static size_t planned_uses(const State& state);
  static int64_t planned_version(const State& state);
  void refresh_leaves();
  static void clip(double norm, const std::vector<Tensor>& gradients);
  void move_as_planned(size_t player, const std::vector<double>& rate_factors);
  void move_along(size_t player, const Field& direction, const std::vector<double>& rate_factors);
  void update(size_t player, const NetworkMemory& memory, const Update& update);
  void project(const NetworkMemory& memory);
  void blame_where_not_finite(const Network& network, const Tensor& buffer, const char* sentence);
  Network& network(const NetworkMemory& memory) { return networks_.at(memory.network); }

  const Assembly* assembly_;
  Networks networks_;
  std::vector<State> states_;
  std::vector<std::string> faults_;
};

}  // namespace saddle
