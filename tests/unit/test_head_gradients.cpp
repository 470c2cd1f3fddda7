// What the gradients of heads that draw are against exact ones, bias included.
#include "head_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE("gradients through counts have their documented bias, of a square and of a cube") {
  // With f(k) = k² the truth is d E f/dλ = E f(k + 1) − E f(k) = 2λ + 1, with f(k) = k³ it is 3λ² + 6λ + 1.
  const double rate = 2.5, raw = softplus_inverse(rate), rate_slope = 1 - std::exp(-rate);
  const auto head = [](const char* gradient) {
    Declare d;
    return count_head("poisson", {{"gradient", gradient}}, {1}, d);
  };
  const auto cube = [](const Tensor& x) { return x.pow(3); };
  const Tensor at_raw = repeated({raw});
  // f′(k) for f(k + 1) − f(k): 1 too little, and 3k + 1.
  CHECK(mean_is(slopes(head("straight_through"), at_raw, square) / rate_slope, 2 * rate));
  CHECK(mean_is(slopes(head("straight_through"), at_raw, cube) / rate_slope, 3 * rate * rate + 3 * rate));
  // Mean and variance are right, the third moment is λ³ + 3λ² + 2λ in place of λ³ + 3λ² + λ.
  CHECK(mean_is(slopes(head("relaxed"), at_raw, square) / rate_slope, 2 * rate + 1));
  CHECK(mean_is(slopes(head("relaxed"), at_raw, cube) / rate_slope, 3 * rate * rate + 6 * rate + 2));
  CHECK(number(slopes(head("mean"), at_raw, square).mean()) == Approx(rate_slope * 2 * rate).epsilon(1e-7));
  CHECK(number(slopes(head("mean"), at_raw, cube).mean()) ==
        Approx(rate_slope * 3 * rate * rate).epsilon(1e-7));
  // None of them is biased where f is linear.
  for (const char* gradient : {"straight_through", "relaxed", "mean"})
    CHECK(mean_is(slopes(head(gradient), at_raw, [](const Tensor& x) { return 3 * x; }) / rate_slope, 3));
}

TEST_CASE("gradients through zero-inflated counts have their documented bias, in every raw number") {
  // E k² = (1 − π)(μ + μ² + μ²/θ).
  const double mean = 3, theta = 1.5, dropout = 0.3;
  const std::vector<double> raw{softplus_inverse(mean), softplus_inverse(theta - 1e-4), logit(dropout)};
  const double mean_slope = 1 - std::exp(-mean), theta_slope = 1 - std::exp(-(theta - 1e-4)),
               keep_slope = -dropout * (1 - dropout);
  const double second = mean * mean * (1 + 1 / theta), keep = 1 - dropout;
  const auto measured = [&](const char* gradient) {
    Declare d;
    const PluginObject head =
        count_head("zinb", {{"dispersion", "cell"}, {"gradient", gradient}, {"temperature", 0.001}}, {1}, d);
    return slopes(head, repeated(raw), square);
  };
  const Tensor straight = measured("straight_through");
  CHECK(mean_is(straight.select(1, 0) / mean_slope, keep * 2 * mean * (1 + 1 / theta)));  // truth: 1 − π more
  CHECK(mean_is(straight.select(1, 1) / theta_slope, -keep * mean * mean / (theta * theta)));  // no bias
  // f′(k) k for f(k) − f(0), where the count is kept: twice the truth for a square, times its share.
  CHECK(mean_is(straight.select(1, 2) / keep_slope, keep * 2 * (mean + second)));
  const Tensor means = measured("mean");
  CHECK(number(means.select(1, 0).mean()) == Approx(mean_slope * keep * keep * 2 * mean).epsilon(1e-7));
  CHECK(means.select(1, 1).eq(0).all().item<bool>());
  // Cold, relaxed dropout is nearly the truth.
  const Tensor relaxed = measured("relaxed");
  CHECK(mean_is(relaxed.select(1, 0) / mean_slope, keep * (1 + 2 * mean * (1 + 1 / theta))));
  CHECK(mean_is(relaxed.select(1, 1) / theta_slope, -keep * mean * mean / (theta * theta)));
}

TEST_CASE("relaxed and straight-through bits have the biased gradients of papers.md") {
  // f(b) = (b − t)²: the truth by the logit is θ(1 − θ)(1 − 2t).
  struct Row {
    double t, theta, temperature, gradient;
  };
  for (const Row& r : {Row{.45, .5, .1, .0247989}, Row{.45, .5, .5, .0214602}, Row{.45, .1, .5, -.0220104},
                       Row{.45, .9, .5, .0421470}, Row{.45, .5, 1, .0166667}, Row{.45, .1, 1, -.0318487},
                       Row{.499, .1, .5, -.0318774}, Row{.499, .5, 1, .00033333}}) {
    CAPTURE(r.t, r.theta, r.temperature);
    const PluginObject head = make(Kind::head, "binary_concrete", {{"temperature", r.temperature}});
    const Tensor got =
        slopes(head, repeated({logit(r.theta)}), [&](const Tensor& x) { return (x - r.t).square(); });
    CHECK(mean_is(got, r.gradient));
  }
  // Straight-through at b takes f′(b) times the slope of the relaxed bit. With one at a temperature of 1 that
  // is s(1 − s), s = sigmoid(logit + logistic) uniform at a logit of 0: ∫ s(1 − s) over each half is 1/12.
  const PluginObject head =
      make(Kind::head, "binary_concrete", {{"temperature", 1.0}, {"gradient", "straight_through"}});
  const double t = 0.45;
  const Tensor got = slopes(head, repeated({0.0}), [&](const Tensor& x) { return (x - t).square(); });
  CHECK(mean_is(got, (2 * (1 - t) - 2 * t) / 12));
  const Tensor x = draw(head, repeated({0.0}, 100), Mode::training);
  CHECK(((x == 0) + (x == 1)).all().item<bool>());
}

namespace {

/// A critic of fixed taste: the score of a sample is −Σ (x − t)², so that Wasserstein's generator descends
/// its mean.
class Taste final : public Critic {
 public:
  void declare(Declare&, const Shape&) override {}
  Tensor forward(const Params&, const Tensor& x) const override { return -sample_sum((x - t).square()); }
  double t = 0.45;
};

/// d loss / d bias of the generator's last layer, of 100 lanes with batches of 2,000: [lane, raw].
Tensor game_slopes(const PluginObject& head, const std::vector<double>& raw, const char* divergence,
                   double* loss = nullptr) {
  const auto width = static_cast<int64_t>(raw.size());
  const int64_t lanes = 100, batch = 2000;
  const PluginObject gan = make(Kind::objective, "gan"),
                     criterion = make(Kind::divergence, divergence, {}, lanes);
  PluginObject generator = make(Kind::generator, "mlp", {{"widths", list<int>({})}});
  Declare declared;
  generator.as<Generator>().declare(declared, {1}, {width});
  const Taste critic;
  Parts parts;
  parts.generator = &generator.as<Generator>();
  parts.head = &head.as<Head>();
  parts.critic = &critic;
  parts.divergence = &criterion.as<Divergence>();
  REQUIRE(gan.as<Objective>().illegal(parts).empty());
  TestPlay play(parts);
  play.batch.samples = at::zeros({lanes, batch, 1}, at::kDouble);
  play.chosen_latents = at::zeros({lanes, batch, 1}, at::kDouble);
  const Tensor bias = at::tensor(raw, at::kDouble).unsqueeze(0).repeat({lanes, 1}).requires_grad_();
  play.generator_params = {at::zeros({lanes, 1, width}, at::kDouble), bias};
  play.seeds.clear();
  for (int64_t i = 0; i < lanes; ++i) play.seeds.push_back(static_cast<uint64_t>(i));
  const Tensor losses = gan.as<Objective>().loss(gan.as<Objective>().players(parts).at(1), play);
  if (loss) *loss = number(losses.mean());
  return gradients(losses.sum(), {bias})[0];
}

}  // namespace

TEST_CASE("the score function is unbiased, in every discrete head") {
  const Settings score{{"gradient", "score_function"}};
  for (const double theta : {0.1, 0.5, 0.9}) {
    CAPTURE(theta);
    double loss = 0;
    const Tensor got =
        game_slopes(make(Kind::head, "binary_concrete", score), {logit(theta)}, "wasserstein", &loss);
    CHECK(mean_is(got, theta * (1 - theta) * (1 - 2 * 0.45)));
    CHECK(std::abs(loss - 0.2025 - theta * 0.1) < 4 * 0.05 / std::sqrt(200'000.0));
    // The baseline leaves little: θ(1 − θ)(1 − 2θ)² Δ² a sample and a third more than nothing at θ = ½.
    const double spread = number(got.var()) * 2000;
    CHECK(spread < theta * (1 - theta) * (1 - 2 * theta) * (1 - 2 * theta) * 0.01 * 1.6 + 1e-4);
  }
  const std::vector<double> logits{0.3, -1.2, 1.5};
  const Tensor p = at::softmax(at::tensor(logits, at::kDouble), 0);
  // f of a one-hot vector is the same for all symbols: no slope. Its mean is 0, and not just small.
  const Tensor flat = game_slopes(make(Kind::head, "gumbel_softmax", score), logits, "wasserstein");
  CHECK(number(flat.abs().max()) < 1e-12);
  const double rate = 2.5;
  Declare d;
  const Tensor counts =
      game_slopes(count_head("poisson", score, {1}, d), {softplus_inverse(rate)}, "wasserstein");
  CHECK(mean_is(counts / (1 - std::exp(-rate)), 2 * rate + 1 - 2 * 0.45));
  // Zero-inflated: E (k − t)² = t² + (1 − π)(μ + μ² + μ²/θ − 2tμ).
  const double mean = 3, theta = 1.5, dropout = 0.3, t = 0.45;
  Declare e;
  Settings cell = score;
  cell.emplace("dispersion", "cell");
  const Tensor z =
      game_slopes(count_head("zinb", cell, {1}, e),
                  {softplus_inverse(mean), softplus_inverse(theta - 1e-4), logit(dropout)}, "wasserstein");
  CHECK(mean_is(z.select(1, 0) / (1 - std::exp(-mean)),
                (1 - dropout) * (1 + 2 * mean * (1 + 1 / theta) - 2 * t)));
  CHECK(mean_is(z.select(1, 1) / (1 - std::exp(-(theta - 1e-4))),
                -(1 - dropout) * mean * mean / (theta * theta)));
  CHECK(mean_is(z.select(1, 2),
                -dropout * (1 - dropout) * (mean + mean * mean * (1 + 1 / theta) - 2 * t * mean)));
}

TEST_CASE("the score function goes through every divergence whose loss is a mean over samples") {
  // Bits of θ: d E l/d logit = θ(1 − θ)(l(1) − l(0)), l by the divergence's own loss at the scores.
  const double theta = 0.3;
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    const PluginObject alone = make(*plugin);
    if (!alone.as<Divergence>().has_generator_losses() || !alone.as<Divergence>().uses_critic()) continue;
    const auto loss_at = [&](double x) {
      const Tensor fake = at::full({1, 1, 1}, x, at::kDouble);
      const auto score = [](const Tensor& y) { return -sample_sum((y - 0.45).square()); };
      return number(alone.as<Divergence>().generator_loss(
          Round(content(at::zeros_like(fake), fake, Player::generator, score))));
    };
    const Tensor got = game_slopes(make(Kind::head, "binary_concrete", {{"gradient", "score_function"}}),
                                   {logit(theta)}, plugin->name().c_str());
    CAPTURE(plugin->name());
    CHECK(mean_is(got, theta * (1 - theta) * (loss_at(1) - loss_at(0))));
    ++found;
  }
  CHECK(found >= 14);
}

TEST_CASE("what the score function can't go through is named") {
  const PluginObject gan = make(Kind::objective, "gan"),
                     score = make(Kind::head, "binary_concrete", {{"gradient", "score_function"}}),
                     energy = make(Kind::divergence, "energy"),
                     wasserstein = make(Kind::divergence, "wasserstein");
  class OnBatch final : public Critic {
   public:
    void declare(Declare&, const Shape&) override {}
    Tensor forward(const Params&, const Tensor& x) const override { return sample_sum(x); }
    bool works_on_batch() const override { return true; }
  } on_batch;
  class OfGenerator final : public Penalty {
   public:
    Player player() const override { return Player::generator; }
  } of_generator;
  const Taste taste;
  Parts parts;
  parts.head = &score.as<Head>();
  parts.critic = &taste;
  parts.divergence = &energy.as<Divergence>();
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("the divergence compares whole batches"));
  parts.divergence = &wasserstein.as<Divergence>();
  CHECK(gan.as<Objective>().illegal(parts).empty());
  parts.critic = &on_batch;
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("the critic scores samples by those beside them"));
  parts.critic = &taste;
  parts.penalties = {&of_generator};
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("a penalty adds to that of the whole batch"));
  const PluginObject vae = make(Kind::objective, "vae");
  NormalPrior prior;
  TestData data;
  parts.prior = &prior;
  parts.data = &data;
  CHECK_THAT(vae.as<Objective>().illegal(parts), holds("likelihood: head needs none"));
}
