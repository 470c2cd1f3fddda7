#include <ATen/core/grad_mode.h>
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
    if (parts.head->discrete())
      return "the head's samples are discrete, and no gradient reaches the generator through them";
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
    const Round round({.real = [&play] { return play.real().samples; },
                       .fake = fake(player, play),
                       .latents = play.latents(),
                       .labels = [&play] { return play.real().labels; },
                       .step = play.step(),
                       .player = player,
                       .joint_pass = !parts.critic || !parts.critic->works_on_batch(),
                       .score = [&play](const Tensor& samples) { return play.score(samples); },
                       .random = streams(play, "divergence")});
    Tensor loss =
        player == Player::critic ? -parts.divergence->value(round) : parts.divergence->generator_loss(round);
    for (size_t i = 0; i < parts.penalties.size(); ++i)
      if (parts.penalties[i]->player() == player)
        loss = loss +
               parts.penalties[i]->value(round.with_streams(streams(play, "penalty." + std::to_string(i))));
    return loss;
  }

 private:
  static std::function<Random(std::string_view)> streams(Play& play, const std::string& part) {
    return [&play, part](std::string_view purpose) { return play.random(part + "/" + std::string(purpose)); };
  }

  // The critic's loss does not reach the generator.
  static Tensor fake(Player player, Play& play) {
    const Tensor& latents = play.latents();
    if (player == Player::generator) return play.generate(latents);
    const at::NoGradGuard constant;
    return play.generate(latents);
  }
};
}  // namespace

SADDLE_PLUGIN(Gan, "gan")
