// The game at one point: every player's parameters, and what each of them descends there, on one batch.
#pragma once
#include <saddle/objective.hpp>

#include <vector>

namespace saddle {

/// Tensors by parameter of one player, [lane, shape…] each: its parameters, a gradient, a direction.
using Field = std::vector<Tensor>;

class SADDLE_API Game {
 public:
  virtual ~Game();
  virtual const std::vector<PlayerSpec>& players() const = 0;
  /// Differentiable leaves, the same at every call until somebody moves.
  virtual const Field& parameters(size_t player) = 0;
  /// What the player descends, as a function of every player's parameters. [lane]
  virtual Tensor loss(size_t player) = 0;
  /// Draws and networks of this batch.
  virtual Play& play() = 0;
  /// d loss(player) / d parameters(player).
  virtual Field gradient(size_t player, bool differentiable = false) {
    return derivative(loss(player), parameters(player), differentiable);
  }
};

// Element by element, parameter by parameter.
SADDLE_API Field operator+(const Field& a, const Field& b);
SADDLE_API Field operator-(const Field& a, const Field& b);
SADDLE_API Field operator*(const LaneReal& factor, const Field& a);
SADDLE_API Field operator*(double factor, const Field& a);
/// Inner product of two fields, summed in float64 lane by lane: [lane].
SADDLE_API Tensor dot(const Field& a, const Field& b);
/// Copies that nothing changes and that no graph holds.
SADDLE_API Field copy(const Field& a);

}  // namespace saddle
