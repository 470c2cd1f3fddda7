// The objective `gan`: what each player descends, and what its gradient reaches.
#include <cmath>

#include "small_game.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

double total(const std::vector<Tensor>& gradients) {
  double sum = 0;
  for (const Tensor& g : gradients) sum += g.abs().sum().item<double>();
  return sum;
}

}  // namespace

TEST_CASE(
    "the critic descends the negative value, the generator the divergence's loss, for every divergence") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    const SmallGame game(plugin->entry->name);
    const auto& d = game.divergence.as<Divergence>();
    CAPTURE(plugin->name());
    CHECK(game.objective().players(game.parts).size() == (d.uses_critic() ? 2 : 1));
    CHECK(relative_error(game.loss(false), d.generator_loss(game.round(Player::generator))) < 1e-12);
    CHECK(total(gradients(game.loss(false), game.generator_params)) > 1e-6);
    if (!d.uses_critic()) continue;
    CHECK(relative_error(game.loss(true), -d.value(game.round(Player::critic))) < 1e-12);
    CHECK(total(gradients(game.loss(true), game.critic_params)) > 1e-6);
  }
}

TEST_CASE("penalties are added to the loss of their player alone") {
  const SmallGame plain("wasserstein"), held("wasserstein", {{"gradient_penalty"}, {"r1"}});
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
  const SmallGame game("jsd", {{"gradient_penalty"}});
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

TEST_CASE("the critic's loss is a function of the generator too, with every penalty's share") {
  const SmallGame game("jsd", {{"gradient_penalty"},
                               {"gradient_penalty", {{"at", "fake"}, {"target", 0.0}}},
                               {"r2"},
                               {"consistency", {{"at", "both"}}},
                               {"instance_noise"}});
  const auto got = gradients(game.loss(true), game.generator_params);
  CHECK(total(got) > 1e-3);
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(got[i],
                         central_differences(game.generator_params[i], 1e-5, [&] { return game.loss(true); }),
                         1e-2) < 1e-7);
  }
  // How the generator changes the critic's gradient: what consensus and unrolling ask for.
  auto slope = [&] { return input_gradient(game.loss(true), game.critic_params[0]).square().sum(); };
  const auto cross = gradients(slope(), game.generator_params);
  CHECK(total(cross) > 1e-3);
  for (size_t i = 0; i < cross.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(cross[i], central_differences(game.generator_params[i], 1e-5, slope), 1e-2) < 1e-6);
  }
}

TEST_CASE("a generator that is not trained leaves no graph in the critic's loss") {
  const SmallGame game("gan");
  TestPlay play = game.play();
  for (Tensor& p : play.generator_params) p = p.detach();
  for (Tensor& p : play.critic_params) p = p.detach();
  CHECK_FALSE(game.loss(true, play).requires_grad());
}

TEST_CASE("a lazy penalty is added at every k-th update of its player, k times") {
  const SmallGame plain("wasserstein"), always("wasserstein", {{"r1"}}),
      lazy("wasserstein", {{"r1", {{"every", 3}}}});
  const double without = number(plain.loss(true)), added = number(always.loss(true)) - without;
  REQUIRE(added > 1e-3);
  for (int64_t update = 0; update < 7; ++update) {
    TestPlay play = lazy.play();
    play.updates_before = update;
    CAPTURE(update);
    CHECK(number(lazy.loss(true, play)) ==
          Approx(without + (update % 3 == 0 ? 3 * added : 0)).epsilon(1e-12));
  }
}

TEST_CASE("both players see perturbed samples, and real ones are drawn only when they are asked for") {
  const Settings falling{{"std", 0.4}, {"schedule", "linear"}, {"final", 0.1}};
  const SmallGame noisy("jsd", {{"r1"}, {"instance_noise", falling}}), plain("jsd", {{"r1"}});
  TestPlay play = noisy.play();
  // Step 3 of 10. The noise is the second penalty's own, of real and of generated samples.
  const double std = 0.4 - 0.3 * 0.3;
  const auto noise = [&](const char* which) {
    return std * play.random(std::string("penalty.1/") + which).normal({6, 2});
  };
  TestPlay moved = plain.play();
  moved.batch.samples = moved.batch.samples + noise("real");
  class Moved final : public Head {
   public:
    explicit Moved(Tensor by) : by_(std::move(by)) {}
    Tensor forward(const Params&, const Tensor& raw, Random&) const override { return raw + by_; }

   private:
    Tensor by_;
  } head(noise("fake"));
  Parts parts = plain.parts;
  parts.head = &head;
  for (const bool of_critic : {true, false}) {
    TestPlay expected(parts);
    expected.batch = moved.batch;
    expected.chosen_latents = moved.chosen_latents;
    expected.generator_params = moved.generator_params;
    expected.critic_params = moved.critic_params;
    play.asked_for_real = 0;
    CAPTURE(of_critic);
    CHECK(relative_error(noisy.loss(of_critic, play), plain.loss(of_critic, expected)) < 1e-12);
    CHECK(play.asked_for_real == (of_critic ? 1 : 0));
  }
}

TEST_CASE("a penalty on one sample's slope is illegal where scores depend on the batch") {
  class BatchCritic final : public Critic {
    void declare(Declare&, const Shape&) override {}
    Tensor forward(const Params&, const Tensor& x) const override { return sample_sum(x - x.mean(1, true)); }
    bool works_on_batch() const override { return true; }
  } critic;
  SmallGame game("wasserstein", {{"gradient_penalty"}});
  CHECK(game.objective().illegal(game.parts).empty());
  game.parts.critic = &critic;
  CHECK_THAT(game.objective().illegal(game.parts), holds("scores sample by sample"));
  SmallGame free("mmd", {{"gradient_penalty"}});
  free.parts.critic = &critic;
  CHECK(free.objective().illegal(free.parts).empty());
}
