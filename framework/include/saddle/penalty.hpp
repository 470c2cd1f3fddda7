// Penalties: what is added to a player's loss, or to what the critic sees, to regularise the game.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/round.hpp>
#include <saddle/schema.hpp>

namespace saddle {

class SADDLE_API Penalty : public Plugin {
 public:
  static constexpr Kind kind = Kind::penalty;
  using KindClass = Penalty;
  ~Penalty() override;
  /// Declares what it remembers from update to update; it is kept with the critic's state and read from
  /// `round.critic()`.
  virtual void declare(Declare&) {}
  /// Added to the loss of `player()`, weight included. [lane]; undefined where it adds nothing.
  virtual Tensor value(const Round& /*round*/) const { return {}; }
  virtual Player player() const { return Player::critic; }
  /// Whether it differentiates the score of one sample by that sample; illegal where scores depend on the
  /// batch.
  virtual bool needs_input_gradient() const { return false; }
  /// How much of the training is done, from 0 to 1, for who asks.
  using Progress = std::function<double()>;
  /// What every player's critic sees in place of real or generated samples. [lane, batch, feature…]
  virtual Tensor perturb(const Tensor& samples, Random& /*random*/, const Progress& /*progress*/) const {
    return samples;
  }
  /// Whether `value` may be computed at every k-th update only, multiplied by k.
  static constexpr bool lazy = true;

  int64_t every = 1;
};

/// Adds the parameter that every lazy penalty has. Called for each class derived from Penalty.
template <class T>
void describe_penalty(Schema<T>& s) {
  if constexpr (T::lazy)
    s.param("every", &T::every, {.initial = 1, .range = at_least(1)},
            "Computed at every k-th update of its player only, and multiplied by k.");
}

}  // namespace saddle
