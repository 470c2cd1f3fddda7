// The objective `gan`: what each player descends, and what its gradient reaches.
#include <cmath>

#include "game_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

struct Game {
  explicit Game(const char* divergence_name, const std::vector<const char*>& penalty_names = {})
      : gan(make(Kind::objective, "gan")),
        generator(make(Kind::generator, "mlp", {{"widths", list<int>({5})}, {"activation", "tanh"}})),
        critic(make(Kind::critic, "mlp", {{"widths", list<int>({4})}, {"activation", "tanh"}})),
        head(make(Kind::head, "linear")),
        divergence(make(Kind::divergence, divergence_name)) {
    for (const char* name : penalty_names) penalties.push_back(make(Kind::penalty, name));
    Declare declared_generator, declared_critic;
    generator.as<Generator>().declare(declared_generator, {2}, {2});
    critic.as<Critic>().declare(declared_critic, {2});
    generator_params = random_params(declared_generator, {1}).all();
    critic_params = random_params(declared_critic, {2}).all();
    parts.data = &data;
    parts.prior = &prior;
    parts.generator = &generator.as<Generator>();
    parts.critic = &critic.as<Critic>();
    parts.head = &head.as<Head>();
    parts.divergence = &divergence.as<Divergence>();
    for (const PluginObject& penalty : penalties) parts.penalties.push_back(&penalty.as<Penalty>());
  }
  const Objective& objective() const { return gan.as<Objective>(); }

  Tensor loss(bool of_critic) const {
    TestPlay play(parts);
    play.batch.samples = normals("real", {6, 2});
    play.chosen_latents = normals("latents", {6, 2});
    play.generator_params = generator_params;
    play.critic_params = critic_params;
    for (const PlayerSpec& player : objective().players(parts))
      if (player.is_critic == of_critic) return objective().loss(player, play);
    return {};
  }

  // The divergence's own numbers for the same samples and scores.
  Round round(Player player) const {
    const Tensor fake =
        generator.as<Generator>().forward({generator_params, {}, Mode::training}, normals("latents", {6, 2}));
    return Round(content(normals("real", {6, 2}), fake, player, [this](const Tensor& x) {
      return critic.as<Critic>().forward({critic_params, {}, Mode::training}, x);
    }));
  }

  PluginObject gan, generator, critic, head, divergence;
  std::vector<PluginObject> penalties;
  NormalPrior prior;
  TestData data;
  std::vector<Tensor> generator_params, critic_params;
  Parts parts;
};

double total(const std::vector<Tensor>& gradients) {
  double sum = 0;
  for (const Tensor& g : gradients) sum += g.abs().sum().item<double>();
  return sum;
}

}  // namespace

TEST_CASE(
    "the critic descends the negative value, the generator the divergence's loss, for every divergence") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    const Game game(plugin->entry->name);
    const auto& d = game.divergence.as<Divergence>();
    CAPTURE(plugin->name());
    CHECK(game.objective().players(game.parts).size() == (d.uses_critic() ? 2 : 1));
    CHECK(relative_error(game.loss(false), d.generator_loss(game.round(Player::generator))) < 1e-12);
    CHECK(total(gradients(game.loss(false), game.generator_params)) > 1e-6);
    if (!d.uses_critic()) continue;
    CHECK(relative_error(game.loss(true), -d.value(game.round(Player::critic))) < 1e-12);
    CHECK(total(gradients(game.loss(true), game.critic_params)) > 1e-6);
    CHECK(total(gradients(game.loss(true), game.generator_params)) == 0);
  }
}

TEST_CASE("penalties are added to the loss of their player alone") {
  const Game plain("wasserstein"), held("wasserstein", {"gradient_penalty", "r1"});
  double expected = number(plain.loss(true));
  int place = 0;
  for (const PluginObject& penalty : held.penalties) {
    Round::Content c = content(normals("real", {6, 2}), held.round(Player::critic).fake(), Player::critic,
                               [&](const Tensor& x) { return held.round(Player::critic).score(x); });
    // Each penalty draws from streams of its own.
    c.random = [prefix = "penalty." + std::to_string(place++) + "/",
                given = c.random](std::string_view purpose) { return given(prefix + std::string(purpose)); };
    expected += number(penalty.as<Penalty>().value(Round(std::move(c))));
  }
  CHECK(number(held.loss(true)) == Approx(expected).epsilon(1e-12));
  CHECK(number(held.loss(false)) == number(plain.loss(false)));
}

TEST_CASE("both players' gradients are those of central differences") {
  const Game game("jsd", {"gradient_penalty"});
  for (const bool of_critic : {true, false}) {
    const auto& params = of_critic ? game.critic_params : game.generator_params;
    const auto got = gradients(game.loss(of_critic), params);
    for (size_t i = 0; i < params.size(); ++i) {
      CAPTURE(of_critic, i);
      CHECK(relative_error(got[i], central_differences(params[i], 1e-5, [&] { return game.loss(of_critic); }),
                           1e-2) < 1e-7);
    }
  }
}

TEST_CASE("a penalty on one sample's slope is illegal where scores depend on the batch") {
  class BatchCritic final : public Critic {
    void declare(Declare&, const Shape&) override {}
    Tensor forward(const Params&, const Tensor& x) const override { return sample_sum(x - x.mean(1, true)); }
    bool works_on_batch() const override { return true; }
  } critic;
  Game game("wasserstein", {"gradient_penalty"});
  CHECK(game.objective().illegal(game.parts).empty());
  game.parts.critic = &critic;
  CHECK_THAT(game.objective().illegal(game.parts), holds("scores sample by sample"));
  Game free("mmd", {"gradient_penalty"});
  free.parts.critic = &critic;
  CHECK(free.objective().illegal(free.parts).empty());
}
