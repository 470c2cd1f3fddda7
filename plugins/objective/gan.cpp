#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Gan final : public Objective {
 public:
  static void describe(Schema<Gan>& s) {
    s.summary("The game min over generators, max over critics of the value that the divergence defines.")
        .cites("Goodfellow et al. 2014")
        .cites("Nowozin, Cseke & Tomioka 2016");
  }

  std::vector<Kind> uses() const override {
    return {Kind::data,   Kind::prior,      Kind::generator, Kind::head,
            Kind::critic, Kind::divergence, Kind::penalty,   Kind::constraint};
  }

  std::string illegal(const Parts& parts) const override {
    if (const std::string reason = without_gradient(parts); !reason.empty()) return reason;
    if (!parts.divergence->uses_critic() || !parts.critic->works_on_batch()) return {};
    for (const Penalty* penalty : parts.penalties)
      if (penalty->needs_input_gradient())
        return "a penalty on the gradient of one sample's score needs a critic that scores sample by sample";
    return {};
  }

  std::vector<PlayerSpec> players(const Parts& parts) const override {
    std::vector<PlayerSpec> players;
    if (parts.divergence->uses_critic()) players.push_back({"critic", {Kind::critic}, true});
    players.push_back({"generator", {Kind::generator, Kind::head}, false});
    return players;
  }

  Tensor loss(const PlayerSpec& spec, Play& play) const override {
    const Player player = spec.is_critic ? Player::critic : Player::generator;
    const Parts& parts = play.parts();
    const Fake fake = generated(player, play);
    const Round round = round_of(play, player, "divergence", fake.samples);
    Tensor loss =
        player == Player::critic ? -parts.divergence->value(round) : parts.divergence->generator_loss(round);
    if (fake.log_likelihood.defined())
      loss = loss + score_function(parts.divergence->generator_losses(round), fake.log_likelihood);
    for (size_t i = 0; i < parts.penalties.size(); ++i) {
      const Penalty& penalty = *parts.penalties[i];
      const double times = penalty.player() == player ? play.times(penalty.every) : 0;
      if (times == 0) continue;
      const auto streams = [&play, i](std::string_view purpose) {
        return play.random("penalty." + std::to_string(i) + "/" + std::string(purpose));
      };
      const Tensor value = penalty.value(round.with_streams(streams));
      if (value.defined()) loss = loss + (times == 1 ? value : value * times);
    }
    return loss;
  }

 private:
  /// Samples and, where the score function is their gradient, ln of the probability of each, or of those that
  /// are packed: [lane, batch].
  struct Fake {
    Tensor samples, log_likelihood;
  };

  static Fake generated(Player player, Play& play) {
    const Head& head = *play.parts().head;
    if (player != Player::generator || head.gradient() != SampleGradient::score)
      return {play.generate(play.latents()), {}};
    const auto [raw, made] = play.generate_both(play.latents());
    Tensor samples = made.detach();
    Tensor log_likelihood = head.log_likelihood(play.params(Kind::head), raw, samples);
    // Samples that are scored as one share their loss.
    if (const int64_t m = play.parts().packing; m != 1)
      log_likelihood = sample_sum(log_likelihood.unflatten(1, {log_likelihood.size(1) / m, m}));
    return {std::move(samples), std::move(log_likelihood)};
  }

  /// 0, with the slope of the expected loss: of each sample's probability, times its loss less the mean of
  /// the others', which changes no mean and most of the variance. Both can be differentiated again.
  static Tensor score_function(const Tensor& losses, const Tensor& log_likelihood) {
    const int64_t n = losses.size(1);
    Tensor gain = losses;
    if (n > 1) gain = gain - ((lane_sum(losses).unsqueeze(1) - losses) / static_cast<double>(n - 1)).detach();
    return lane_mean(gain * saddle::expm1(log_likelihood - log_likelihood.detach()));
  }

  static std::string without_gradient(const Parts& parts) {
    if (parts.head->discrete() && parts.head->gradient() == SampleGradient::exact)
      return "the head's samples are discrete, and no gradient reaches the generator through them";
    if (parts.head->gradient() != SampleGradient::score) return {};
    const std::string own_loss = "the score function weights each sample by its own loss, and ";
    if (!parts.divergence->has_generator_losses()) return own_loss + "the divergence compares whole batches";
    if (parts.divergence->uses_critic() && parts.critic->works_on_batch())
      return own_loss + "the critic scores samples by those beside them";
    for (const Penalty* penalty : parts.penalties)
      if (penalty->player() == Player::generator)
        return own_loss + "a penalty adds to that of the whole batch";
    return {};
  }
};
}  // namespace

SADDLE_PLUGIN(Gan, "gan")
