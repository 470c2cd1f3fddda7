// Penalties: what is added to a player's loss to regularise it.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/round.hpp>

namespace saddle {

class SADDLE_API Penalty : public Plugin {
 public:
  static constexpr Kind kind = Kind::penalty;
  ~Penalty() override;
  /// Added to the loss of `player()`, weight included. [lane]
  virtual Tensor value(const Round& round) const = 0;
  virtual Player player() const { return Player::critic; }
  /// Whether it differentiates the score of one sample by that sample; illegal where scores depend on the
  /// batch.
  virtual bool needs_input_gradient() const { return false; }
};

}  // namespace saddle
