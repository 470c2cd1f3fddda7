// One point of a small game, to ask for losses and gradients there: draws, states and parameters stay what
// they are, however often one asks.
#pragma once
#include "check/bed.hpp"
#include "game/still_game.hpp"

namespace saddle::check {

/// A direction of length 1 in the space of a player's parameters, the same for every lane: by network, as its
/// buffer [slice].
using Direction = std::map<Kind, Tensor>;

class Point {
 public:
  /// One lane a seed. Equal seeds make equal lanes.
  Point(const TrialConfig& trial, std::vector<uint64_t> seeds);

  const std::vector<PlayerSpec>& players() const { return assembly_.players(); }
  /// Every network with its parameters.
  const Networks& networks() const { return networks_; }
  /// The losses [lane] at these parameters, and, if asked for, their derivatives by the player's own.
  struct Loss {
    Tensor value;
    Field gradient;
  };
  Loss loss(size_t player, const Networks& networks, bool with_gradient) const;
  /// The derivatives by another player's parameters of the slope of the player's loss along a direction.
  Field slope_gradient(size_t player, const Direction& along, size_t by) const;

 private:
  void settle();

  TrialConfig trial_;
  std::vector<const TrialConfig*> lanes_;
  Streams streams_;
  Assembly assembly_;
  Networks networks_;
};

/// A random one, which follows from the seed.
Direction direction(const Point& point, size_t player, uint64_t seed);

/// It by parameter, as gradients are: [1, shape…] each.
Field by_parameter(const Point& point, size_t player, const Direction& direction);

/// Copies of the networks, lane i moved by `steps[i]` along `directions[i]`; nothing for a step of 0.
Networks moved(const Networks& networks, const std::vector<const Direction*>& directions,
               const std::vector<double>& steps);

}  // namespace saddle::check
