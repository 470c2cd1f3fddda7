// One evaluation of the game between generator and critic.
#pragma once
#include <saddle/lanes.hpp>
#include <saddle/ops.hpp>
#include <saddle/params.hpp>
#include <saddle/random.hpp>

#include <functional>
#include <string_view>

namespace saddle {

/// Whose loss is being computed.
enum class Player { critic, generator };

/// What a divergence and a penalty see. Samples are packed already, if the trial packs them; latents and
/// labels are those of the samples before.
class SADDLE_API Round {
 public:
  struct Content {
    std::function<Tensor()> real;  ///< [lane, batch, feature…], drawn when first asked for
    Tensor fake;     ///< [lane, batch, feature…]; carries the generator's gradient in the generator's turn
    Tensor latents;  ///< [lane, batch, latent…] that `fake` was made from
    std::function<Tensor()> labels;  ///< [lane, batch] of the real samples, or undefined
    std::function<Params()> critic;  ///< the critic's parameters and state
    std::function<int64_t()> step = [] { return 0; };
    int64_t steps = 1;  ///< of the whole training
    Player player = Player::critic;
    bool joint_pass = true;  ///< whether real and fake samples may go through the critic together
    std::function<Tensor(const Tensor&)> score;
    std::function<Random(std::string_view)> random;
  };
  explicit Round(Content content) : c_(std::move(content)) {}

  Tensor real() const { return c_.real(); }
  const Tensor& fake() const { return c_.fake; }
  const Tensor& latents() const { return c_.latents; }
  Tensor labels() const { return c_.labels(); }
  /// A loss that asks for the step is computed without a tape: ask only where it matters.
  int64_t step() const { return c_.step(); }
  /// How much of the training is done, from 0 to 1.
  double progress() const { return static_cast<double>(step()) / static_cast<double>(c_.steps); }
  /// The critic's parameters as the constraints leave them, and its state, with what the penalties declared.
  Params critic() const { return c_.critic(); }
  Player player() const { return c_.player; }
  /// The critic's raw output: [lane, batch, feature…] -> [lane, batch].
  Tensor score(const Tensor& samples) const { return c_.score(samples); }
  /// score(real()) and score(fake()), computed once and, where that is allowed, in one pass.
  const Tensor& real_scores() const;
  const Tensor& fake_scores() const;
  /// The same round for another part of the trial, with streams of its own. Scores that are there already are
  /// kept.
  Round with_streams(std::function<Random(std::string_view)> random) const {
    Round other = *this;
    other.c_.random = std::move(random);
    return other;
  }
  /// A stream of random numbers of this part's own in this round.
  Random random(std::string_view purpose) const { return c_.random(purpose); }

 private:
  void score_both() const;
  Content c_;
  mutable Tensor real_scores_, fake_scores_;
};

}  // namespace saddle
