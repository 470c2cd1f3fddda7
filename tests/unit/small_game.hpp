// A small game of the objective `gan`: its parts, what it is played with, and the same samples scored by
// hand.
#pragma once
#include "game_fixture.hpp"

namespace saddle::testing {

/// Six real and six generated points of the plane, scored one by one or side by side.
struct SmallGame {
  struct Named {
    const char* name;
    Settings settings{};
  };
  explicit SmallGame(const char* divergence_name, const std::vector<Named>& penalty_names = {},
                     int64_t packing = 1,
                     const Settings& of_critic = {{"widths", list<int>({4})}, {"activation", "tanh"}})
      : gan(make(Kind::objective, "gan")),
        generator(make(Kind::generator, "mlp", {{"widths", list<int>({5})}, {"activation", "tanh"}})),
        critic(make(Kind::critic, "mlp", of_critic)),
        head(make(Kind::head, "linear")),
        divergence(make(Kind::divergence, divergence_name)) {
    for (const auto& [name, settings] : penalty_names)
      penalties.push_back(make(Kind::penalty, name, settings));
    Declare declared_generator;
    generator.as<Generator>().declare(declared_generator, {2}, {2});
    critic.as<Critic>().declare(declared_critic, {2 * packing});
    generator_params = random_params(declared_generator, {1}).all();
    const Params params = random_params(declared_critic, {2});
    critic_params = params.all();
    for (size_t i = 0; i < declared_critic.states().size(); ++i)
      critic_states.push_back(params[StateRef{static_cast<int>(i)}]);
    parts.data = &data;
    parts.prior = &prior;
    parts.generator = &generator.as<Generator>();
    parts.critic = &critic.as<Critic>();
    parts.head = &head.as<Head>();
    parts.divergence = &divergence.as<Divergence>();
    for (const PluginObject& penalty : penalties) parts.penalties.push_back(&penalty.as<Penalty>());
    parts.packing = packing;
  }
  const Objective& objective() const { return gan.as<Objective>(); }

  TestPlay play() const {
    TestPlay play(parts);
    play.batch.samples = normals("real", {6, 2});
    play.chosen_latents = normals("latents", {6, 2});
    play.generator_params = generator_params;
    play.critic_params = critic_params;
    play.critic_states = critic_states;
    return play;
  }
  Tensor loss(bool of_critic, TestPlay& at) const {
    for (const PlayerSpec& player : objective().players(parts))
      if (player.is_critic == of_critic) return objective().loss(player, at);
    return {};
  }
  Tensor loss(bool of_critic) const {
    TestPlay now = play();
    return loss(of_critic, now);
  }

  Tensor fake() const {
    return generator.as<Generator>().forward({generator_params, {}, Mode::training},
                                             normals("latents", {6, 2}));
  }
  /// Samples that follow each other side by side: [1, 6, 2] -> [1, 6 / packing, 2·packing].
  Tensor beside(const Tensor& x) const { return x.reshape({1, -1, 2 * parts.packing}); }
  /// The divergence's own numbers for the same samples, scores and draws.
  Round round(Player player) const {
    Round::Content c =
        content(beside(normals("real", {6, 2})), beside(fake()), player, [this](const Tensor& x) {
          return critic.as<Critic>().forward({critic_params, critic_states, Mode::training}, x);
        });
    c.random = [given = c.random](std::string_view purpose) {
      return given("divergence/" + std::string(purpose));
    };
    return Round(std::move(c));
  }

  PluginObject gan, generator, critic, head, divergence;
  std::vector<PluginObject> penalties;
  NormalPrior prior;
  TestData data;
  Declare declared_critic;
  std::vector<Tensor> generator_params, critic_params, critic_states;
  Parts parts;
};

}  // namespace saddle::testing
