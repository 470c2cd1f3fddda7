// Packing: what stands beside what, and what a packed game's losses are.
#include <saddle/packing.hpp>

#include "head_fixture.hpp"
#include "small_game.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE(
    "samples that follow each other are packed side by side, images by channels, sequences by letters") {
  CHECK(packed_shape({3}, 2) == Shape{6});
  CHECK(packed_shape({5, 4}, 3) == Shape{5, 12});
  CHECK(packed_shape({1, 28, 28}, 2) == Shape{2, 28, 28});
  const Tensor x = at::arange(2 * 4 * 2).view({2, 4, 2});
  CHECK(pack(x, 1).is_same(x));
  CHECK(pack(x, 2).equal(x.reshape({2, 2, 4})));
  const Tensor sequences = normals("x", {6, 5, 4}, {1, 2}), of_sequences = pack(sequences, 3);
  CHECK(of_sequences.sizes() == at::IntArrayRef({2, 2, 5, 12}));
  const Tensor images = normals("x", {6, 2, 3, 4}, {1, 2}), of_images = pack(images, 3);
  CHECK(of_images.sizes() == at::IntArrayRef({2, 2, 6, 3, 4}));
  for (int64_t i = 0; i < 6; ++i) {
    CHECK(of_sequences.select(1, i / 3).narrow(2, 4 * (i % 3), 4).equal(sequences.select(1, i)));
    CHECK(of_images.select(1, i / 3).narrow(1, 2 * (i % 3), 2).equal(images.select(1, i)));
  }
}

TEST_CASE("a critic of packed samples plays the game on half as many, twice as long") {
  const SmallGame game("gan", {{"r1", {{"weight", 3.0}}}}, 2);
  const Round of_critic = game.round(Player::critic), of_generator = game.round(Player::generator);
  const Tensor x = gradient_input(of_critic.real());
  const Tensor r1 = 1.5 * lane_mean(sample_sum(input_gradient(of_critic.score(x), x).square()));
  const auto& divergence = game.divergence.as<Divergence>();
  CHECK(relative_error(game.loss(true), r1 - divergence.value(of_critic)) < 1e-12);
  const Tensor loss = game.loss(false), by_hand = divergence.generator_loss(of_generator);
  CHECK(relative_error(loss, by_hand) < 1e-12);
  const auto got = gradients(loss, game.generator_params), truth = gradients(by_hand, game.generator_params);
  for (size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], truth[i], 1e-6) < 1e-10);
}

namespace {

/// Likes the product of the two bits of a pack.
class Both final : public Critic {
 public:
  void declare(Declare&, const Shape&) override {}
  Tensor forward(const Params&, const Tensor& x) const override { return x.select(2, 0) * x.select(2, 1); }
};

}  // namespace

TEST_CASE("the score function of packed samples is unbiased: they share their loss") {
  // Two bits of probability p, and the generator descends −E b₁b₂ = −p², whose slope by the logit is
  // −2p·p(1 − p).
  constexpr int64_t lanes = 100, batch = 2000;
  const double p = 0.3;
  const PluginObject gan = make(Kind::objective, "gan"), wasserstein = make(Kind::divergence, "wasserstein"),
                     head = make(Kind::head, "binary_concrete", {{"gradient", "score_function"}});
  PluginObject generator = make(Kind::generator, "mlp", {{"widths", list<int>({})}});
  Declare declared;
  generator.as<Generator>().declare(declared, {1}, {1});
  const Both critic;
  Parts parts;
  parts.generator = &generator.as<Generator>();
  parts.head = &head.as<Head>();
  parts.critic = &critic;
  parts.divergence = &wasserstein.as<Divergence>();
  parts.packing = 2;
  TestPlay play(parts);
  play.batch.samples = at::zeros({lanes, batch, 1}, at::kDouble);
  play.chosen_latents = at::zeros({lanes, batch, 1}, at::kDouble);
  const Tensor bias = at::full({lanes, 1}, logit(p), at::kDouble).requires_grad_();
  play.generator_params = {at::zeros({lanes, 1, 1}, at::kDouble), bias};
  play.seeds.clear();
  for (int64_t i = 0; i < lanes; ++i) play.seeds.push_back(static_cast<uint64_t>(i));
  const auto& objective = gan.as<Objective>();
  const Tensor got = gradients(objective.loss(objective.players(parts).at(1), play).sum(), {bias})[0];
  CHECK(mean_is(got, -2 * p * p * (1 - p)));
}
