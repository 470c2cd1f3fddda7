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
    const Round round = round_of(play, player, "divergence");
    Tensor loss =
        player == Player::critic ? -parts.divergence->value(round) : parts.divergence->generator_loss(round);
    for (size_t i = 0; i < parts.penalties.size(); ++i) {
      const Penalty& penalty = *parts.penalties[i];
      if (penalty.player() != player || !play.due(penalty.every)) continue;
      const auto streams = [&play, i](std::string_view purpose) {
        return play.random("penalty." + std::to_string(i) + "/" + std::string(purpose));
      };
      const Tensor value = penalty.value(round.with_streams(streams));
      if (value.defined()) loss = loss + value * penalty.every;
    }
    return loss;
  }
};
}  // namespace

SADDLE_PLUGIN(Gan, "gan")
