#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Objective {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("The adversarial game, nothing added: the value of the divergence, up and down.");
  }
  std::vector<Kind> uses() const override {
    return {Kind::data, Kind::prior, Kind::generator, Kind::head, Kind::critic, Kind::divergence};
  }
  std::vector<PlayerSpec> players(const Parts& parts) const override {
    const PlayerSpec critic{"critic", {Kind::critic}, true};
    const PlayerSpec generator{"generator", {Kind::generator, Kind::head}, false};
    return parts.divergence->uses_critic() ? std::vector{critic, generator} : std::vector{generator};
  }
  Tensor loss(const PlayerSpec& spec, Play& play) const override {
    const Divergence& divergence = *play.parts().divergence;
    const Round round = round_of(play, spec.is_critic ? Player::critic : Player::generator, "divergence");
    return spec.is_critic ? -divergence.value(round) : divergence.generator_loss(round);
  }
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
