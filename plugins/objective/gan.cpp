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
    Tensor real;
    const auto real_when_asked = [&] {
      if (!real.defined()) real = seen_by_critic(play.real().samples, "real", play);
      return real;
    };
    const Round round({.real = real_when_asked,
                       .fake = seen_by_critic(play.generate(play.latents()), "fake", play),
                       .latents = play.latents(),
                       .labels = [&play] { return play.real().labels; },
                       .critic = [&play] { return play.params(Kind::critic); },
                       .step = play.step(),
                       .steps = play.steps(),
                       .player = player,
                       .joint_pass = !parts.critic || !parts.critic->works_on_batch(),
                       .score = [&play](const Tensor& samples) { return play.score(samples); },
                       .random = streams(play, "divergence")});
    Tensor loss =
        player == Player::critic ? -parts.divergence->value(round) : parts.divergence->generator_loss(round);
    for (size_t i = 0; i < parts.penalties.size(); ++i) {
      const Penalty& penalty = *parts.penalties[i];
      const auto update = play.update();
      if (penalty.player() != player || (update && *update % penalty.every != 0)) continue;
      const Tensor value = penalty.value(round.with_streams(streams(play, name_of(i))));
      if (value.defined()) loss = loss + (update ? value * penalty.every : value);
    }
    return loss;
  }

 private:
  static std::string name_of(size_t penalty) { return "penalty." + std::to_string(penalty); }

  static std::function<Random(std::string_view)> streams(Play& play, const std::string& part) {
    return [&play, part](std::string_view purpose) { return play.random(part + "/" + std::string(purpose)); };
  }

  // Whichever player asks: both play with one pair of distributions.
  static Tensor seen_by_critic(Tensor samples, const char* which, const Play& play) {
    const Parts& parts = play.parts();
    if (!parts.divergence->uses_critic()) return samples;
    const double progress = static_cast<double>(play.step()) / static_cast<double>(play.steps());
    for (size_t i = 0; i < parts.penalties.size(); ++i) {
      Random random = play.random(name_of(i) + "/" + which);
      samples = parts.penalties[i]->perturb(samples, random, progress);
    }
    return samples;
  }
};
}  // namespace

SADDLE_PLUGIN(Gan, "gan")
