// Dynamics on games small enough to be played by hand: the Dirac-GAN of Mescheder, Geiger & Nowozin 2018,
// real samples at 0, generated ones at θ, the critic's score −ψx (their ψ; ours is trained with the other
// sign).
#include <ATen/Parallel.h>

#include <array>
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "config/parse_trial.hpp"
#include "game/trainer.hpp"
#include "registry.hpp"

using namespace saddle;

namespace {

constexpr double h = 0.2;

struct Setup {
  std::string divergence = "gan", penalties = "[]", constraints = "[]";
  std::string turns = "simultaneous", dynamics = "gradient_descent", optimizer = "{use: sgd, rate: 0.2}";
  std::string more = "";  // of train
  int64_t critic_steps = 1, steps = 500;
  double start = 1;
};

TrialResult play(const Setup& g, const std::string& metrics = "[]") {
  const std::string text = fmt::format(
      "{{data: {{use: point, at: [0]}}, prior: {{use: normal, dim: 1}}, generator: {{use: point, start: "
      "[{}]}}, "
      "critic: {{use: linear, bias: false, start: {}}}, divergence: {}, penalties: {}, constraints: {}, "
      "metrics: {}, measure: {{every: 0, samples: 2}}, keep: {{samples: 0}}, seed: 0, train: {{steps: {}, "
      "batch: "
      "2, turns: {}, first: generator, critic_steps: {}, dtype: float64, dynamics: {}, generator_optimizer: "
      "{}, "
      "critic_optimizer: {}{}}}}}",
      g.start, -g.start, g.divergence, g.penalties, g.constraints, metrics, g.steps, g.turns, g.critic_steps,
      g.dynamics, g.optimizer, g.optimizer, g.more);
  const TrialConfig trial = parse_trial(text, testing::registry());
  TrialResult result;
  Trainer({&trial}, load_data(*trial.data, {at::TensorOptions(at::kDouble)}))
      .run([](int64_t) { return true; }, [&](TrialResult r) { result = std::move(r); });
  result.trial = nullptr;
  REQUIRE(result.outcome == Outcome::done);
  return result;
}

struct Point {
  double theta = 0, psi = 0;
  double norm() const { return std::hypot(theta, psi); }
};

Point point_of(const std::vector<std::pair<std::string, at::Tensor>>& weights) {
  Point point;
  for (const auto& [path, value] : weights) {
    if (path.starts_with("generator/") && value.numel() == 1) point.theta = value.item<double>();
    if (path.starts_with("critic/") && value.numel() == 1) point.psi = -value.item<double>();
  }
  return point;
}

Point end_of(const Setup& g) { return point_of(play(g).weights); }

double metric(const TrialResult& result, const std::string& name) {
  for (const auto& [column, value] : result.metrics)
    if (column == name) return value;
  FAIL("no metric " << name);
  return 0;
}

// Steps of a field by hand: (θ, ψ) → their velocities.
using VelocityField = std::function<Point(Point)>;
Point bilinear(Point z) { return {-z.psi, z.theta}; }

}  // namespace

TEST_CASE("the Dirac-GAN ends where the published dynamics end") {
  // papers.md §3.1: final norms after 500 steps of 0.2 from (1, 1), in float64: simultaneous; alternating
  // with 1 and with 5 steps of the critic, the generator first. (It prints 10.96876
  // for ConOpt's last; the recursion in float64 gives 10.968739.)
  struct Row {
    const char* name;
    Setup game;
    std::array<double, 3> norms;
  };
  const std::string ns = "{use: gan, generator: non_saturating}", minimax = "{use: gan, generator: minimax}";
  const std::vector<Row> rows{
      {"GAN", {.divergence = minimax}, {3.096949, 1.421019, 1.845274}},
      {"NSGAN", {.divergence = ns}, {.6402071, .2839234, .1388767}},
      {"WGAN, clipped to 1",
       {.divergence = "wasserstein", .constraints = "[{use: weight_clipping, limit: 1}]"},
       {1.002152, 1.024119, .9168847}},
      {"WGAN-GP",
       {.divergence = "wasserstein", .penalties = "[{use: gradient_penalty, weight: 0.35}]"},
       {1.801793, 1.221067, .7163009}},
      {"R1 0.3",
       {.divergence = minimax, .penalties = "[{use: r1, weight: 0.3}]"},
       {2.642656e-06, 2.300913e-07, 9.249806e-34}},
      {"R1 1",
       {.divergence = minimax, .penalties = "[{use: r1, weight: 1}]"},
       {9.528715e-22, 7.481236e-17, 5.143504e-12}},
      {"R1 2",
       {.divergence = minimax, .penalties = "[{use: r1, weight: 2}]"},
       {1.331588e-06, 1.934757e-06, 3.472024e-06}},
      {"R2 0.3",
       {.divergence = minimax, .penalties = "[{use: r2, weight: 0.3}]"},
       {2.642656e-06, 2.300913e-07, 9.249806e-34}},
      {"ConOpt 1",
       {.divergence = minimax, .dynamics = "{use: consensus, weight: 1}"},
       {2.578553e-10, 1.724103e-11, 10.968739}},
      {"NSGAN + R1 0.3",
       {.divergence = ns, .penalties = "[{use: r1, weight: 0.3}]"},
       {2.211960e-06, 1.499419e-07, 3.979063e-34}},
  };
  for (const Row& row : rows)
    for (size_t i = 0; i < 3; ++i) {
      Setup g = row.game;
      g.turns = i == 0 ? "simultaneous" : "alternating";
      g.critic_steps = i == 2 ? 5 : 1;
      INFO(row.name << ", " << g.turns << ", " << g.critic_steps << " steps of the critic");
      // Seven digits are published.
      CHECK(end_of(g).norm() == Approx(row.norms[i]).epsilon(1e-6).margin(0));
    }
}

TEST_CASE("extragradient on a bilinear game turns inwards by its closed form") {
  // z ← z + hJ(z + hJz), J's eigenvalues ±i: |1 + ih − h²|² = 1 − h² + h⁴ a step.
  const Setup g{.divergence = "wasserstein", .dynamics = "extragradient", .steps = 100};
  CHECK(end_of(g).norm() == Approx(std::sqrt(2) * std::pow(1 - h * h + h * h * h * h, 50)).epsilon(1e-12));
}

TEST_CASE("a lazy penalty plays in every k-th turn, however often a dynamics looks at the game in it") {
  // R1 of weight γ at every second turn adds −2γψ to ψ's velocity there.
  const double gamma = 0.3;
  for (const std::string dynamics : {"gradient_descent", "extragradient"}) {
    INFO(dynamics);
    const Setup g{.divergence = "wasserstein",
                  .penalties = "[{use: r1, weight: 0.3, every: 2}]",
                  .dynamics = dynamics,
                  .steps = 21};
    Point z{1, 1};
    for (int64_t t = 0; t < g.steps; ++t) {
      const double damping = t % 2 == 0 ? 2 * gamma : 0;
      const auto velocity = [&](Point at) {
        return Point{bilinear(at).theta, bilinear(at).psi - damping * at.psi};
      };
      const auto step = [&](Point from) { return Point{z.theta + h * from.theta, z.psi + h * from.psi}; };
      z = step(dynamics == "extragradient" ? velocity(step(velocity(z))) : velocity(z));
    }
    const Point end = end_of(g);
    CHECK(end.theta == Approx(z.theta).epsilon(1e-12));
    CHECK(end.psi == Approx(z.psi).epsilon(1e-12));
  }
}

TEST_CASE("extragradient with Adam: the step ahead is remembered, or forgotten with all that it changed") {
  constexpr double beta1 = 0.5, beta2 = 0.9, epsilon = 1e-8;
  struct Adam {
    double mean = 0, square = 0;
    int count = 0;
    double step(double g) {
      mean = beta1 * mean + (1 - beta1) * g;
      square = beta2 * square + (1 - beta2) * g * g;
      ++count;
      const double root = std::sqrt(square / (1 - std::pow(beta2, count)));
      return h * mean / (1 - std::pow(beta1, count)) / (root + epsilon);
    }
  };
  for (const bool remembers : {true, false}) {
    INFO(remembers);
    const Setup g{.divergence = "wasserstein",
                  .dynamics = fmt::format("{{use: extragradient, keep_memory: {}}}", remembers),
                  .optimizer = "{use: adam, rate: 0.2, beta1: 0.5, beta2: 0.9}",
                  .steps = 20};
    Point z{1, 1};
    Adam of_theta, of_psi;
    for (int64_t t = 0; t < g.steps; ++t) {
      const Adam before_theta = of_theta, before_psi = of_psi;
      const Point v = bilinear(z);
      const Point ahead{z.theta - of_theta.step(-v.theta), z.psi - of_psi.step(-v.psi)};
      if (!remembers) of_theta = before_theta, of_psi = before_psi;
      const Point w = bilinear(ahead);
      z = {z.theta - of_theta.step(-w.theta), z.psi - of_psi.step(-w.psi)};
    }
    const Point end = end_of(g);
    CHECK(end.theta == Approx(z.theta).epsilon(1e-10));
    CHECK(end.psi == Approx(z.psi).epsilon(1e-10));
  }
}

TEST_CASE("optimistic descent follows its recursion, and its first step is a plain one") {
  const Setup g{.divergence = "wasserstein", .dynamics = "optimistic", .steps = 50};
  Point z{1, 1}, before = bilinear(z);
  for (int64_t t = 0; t < g.steps; ++t) {
    const Point v = bilinear(z);
    z = {z.theta + h * (2 * v.theta - before.theta), z.psi + h * (2 * v.psi - before.psi)};
    before = v;
  }
  const Point end = end_of(g);
  CHECK(end.theta == Approx(z.theta).epsilon(1e-12));
  CHECK(end.psi == Approx(z.psi).epsilon(1e-12));
}

TEST_CASE("symplectic adjustment and consensus damp a bilinear game by their closed forms") {
  // Both multiply by 1 − hλ ± ih.
  const double after = std::sqrt(2) * std::pow(std::hypot(1 - h * 0.5, h), 100);
  for (const char* dynamics :
       {"{use: symplectic_adjustment, weight: 0.5}", "{use: consensus, weight: 0.5}"}) {
    INFO(dynamics);
    const Setup g{.divergence = "wasserstein", .dynamics = dynamics, .steps = 100};
    CHECK(end_of(g).norm() == Approx(after).epsilon(1e-12));
  }
}

TEST_CASE("symplectic adjustment takes the sign that leads away from unstable points") {
  // One step with R1 0.3 from (s, s), ξ = (f′ψ, −f′θ + 0.3ψ) and J its Jacobian, f′ and f″ at θψ.
  bool positive = false, negative = false;
  for (const double s : {1.5, 2.0}) {
    const double t = s * s, f1 = 1 / (1 + std::exp(t)), f2 = -std::exp(t) * f1 * f1;
    const Point xi{f1 * s, -f1 * s + 0.3 * s};
    const double a = f2 * s * s, b = f2 * s * s + f1;  // J = [[a, b], [−b, 0.3 − a]]
    const Point transposed{a * xi.theta - b * xi.psi, b * xi.theta + (0.3 - a) * xi.psi};
    const Point straight{a * xi.theta + b * xi.psi, -b * xi.theta + (0.3 - a) * xi.psi};
    const Point adjustment{(transposed.theta - straight.theta) / 2, (transposed.psi - straight.psi) / 2};
    const auto inner = [&](Point x) { return x.theta * transposed.theta + x.psi * transposed.psi; };
    const double product = inner(xi) * inner(adjustment);
    (product >= 0 ? positive : negative) = true;
    // ε decides where it is more than half of the product: the game has two parameters.
    for (const double epsilon : {0.0, 0.25 * std::abs(product), 0.75 * std::abs(product)})
      for (const bool align : {true, false}) {
        INFO("s = " << s << ", epsilon = " << epsilon << ", align = " << align);
        const double lambda = align && product / 2 + epsilon < 0 ? -0.5 : 0.5;
        const Setup g{
            .divergence = "{use: gan, generator: minimax}",
            .penalties = "[{use: r1, weight: 0.3}]",
            .dynamics = fmt::format("{{use: symplectic_adjustment, weight: 0.5, epsilon: {}, align: {}}}",
                                    epsilon, align),
            .steps = 1,
            .start = s};
        const Point end = end_of(g);
        CHECK(end.theta == Approx(s - h * (xi.theta + lambda * adjustment.theta)).epsilon(1e-12));
        CHECK(end.psi == Approx(s - h * (xi.psi + lambda * adjustment.psi)).epsilon(1e-12));
      }
  }
  REQUIRE(positive);
  REQUIRE(negative);
}

TEST_CASE("an unrolled generator sees the critic's answer to its move") {
  // V = −ψθ in their sign; k more steps of the critic make ψ + khθ of ψ, and the generator descends
  // (ψ + khθ)θ in θ: ψ + 2khθ.
  constexpr int64_t k = 5;
  const Setup g{.divergence = "wasserstein", .dynamics = "{use: unrolled, steps: 5}", .steps = 30};
  Point z{1, 1};
  for (int64_t t = 0; t < g.steps; ++t)
    z = {z.theta - h * (z.psi + 2 * k * h * z.theta), z.psi + h * z.theta};
  const Point end = end_of(g);
  CHECK(end.theta == Approx(z.theta).epsilon(1e-12));
  CHECK(end.psi == Approx(z.psi).epsilon(1e-12));
}

TEST_CASE("an unrolled critic is trained ahead with its own optimizer") {
  // With momentum m the critic's k-th step ahead adds h(1 + m + … )θ: velocities v ← mv + θ.
  constexpr double m = 0.5;
  const Setup g{.divergence = "wasserstein",
                .dynamics = "{use: unrolled, steps: 3}",
                .optimizer = "{use: sgd, rate: 0.2, momentum: 0.5}",
                .steps = 20};
  Point z{1, 1};
  double velocity_theta = 0, velocity_psi = 0;
  for (int64_t t = 0; t < g.steps; ++t) {
    double ahead = z.psi, v = velocity_psi, slope = 0, v_slope = 0;  // slope: d ahead / dθ
    for (int i = 0; i < 3; ++i) {
      v = m * v + z.theta;
      v_slope = m * v_slope + 1;
      ahead += h * v;
      slope += h * v_slope;
    }
    const double gradient = ahead + slope * z.theta;
    velocity_psi = m * velocity_psi + z.theta;
    velocity_theta = m * velocity_theta + gradient;
    z = {z.theta - h * velocity_theta, z.psi + h * velocity_psi};
  }
  const Point end = end_of(g);
  CHECK(end.theta == Approx(z.theta).epsilon(1e-11));
  CHECK(end.psi == Approx(z.psi).epsilon(1e-11));
}

TEST_CASE("Adam's corrections count the steps of an unrolled critic") {
  // While its gradient stays, every step of Adam is as long as the first: k steps ahead add khθ/(|θ| + ε).
  constexpr double k = 4, epsilon = 0.5;
  const Point z{0.8, 0.8};
  const double ahead = z.psi + k * h * z.theta / (z.theta + epsilon);
  const double slope = ahead + z.theta * k * h * epsilon / ((z.theta + epsilon) * (z.theta + epsilon));
  const Point end = end_of({.divergence = "wasserstein",
                            .dynamics = "{use: unrolled, steps: 4}",
                            .optimizer = "{use: adam, rate: 0.2, epsilon: 0.5}",
                            .steps = 1,
                            .start = z.theta});
  CHECK(end.theta == Approx(z.theta - h * slope / (slope + epsilon)).epsilon(1e-12));
  CHECK(end.psi == Approx(z.psi + h * z.theta / (z.theta + epsilon)).epsilon(1e-12));
}

TEST_CASE("negative momentum damps the alternating bilinear game") {
  constexpr double m = -0.5;
  const Setup g{.divergence = "wasserstein",
                .turns = "alternating",
                .optimizer = "{use: sgd, rate: 0.2, momentum: -0.5}",
                .steps = 60};
  Point z{1, 1};
  double a = 0, b = 0;
  for (int64_t t = 0; t < g.steps; ++t) {
    a = m * a + z.psi;
    z.theta -= h * a;
    b = m * b + z.theta;
    z.psi += h * b;
  }
  CHECK(end_of(g).norm() == Approx(z.norm()).epsilon(1e-12));
  CHECK(z.norm() < 1);
}

TEST_CASE("rates follow their schedule, each player's its own") {
  const Setup g{
      .divergence = "wasserstein",
      .more =
          ", generator_schedule: {use: linear, final: 0.5, warmup: 4}, critic_schedule: {use: linear, "
          "final: 0}",
      .steps = 20};
  Point z{1, 1};
  for (int64_t t = 0; t < g.steps; ++t) {
    const double of_generator =
                     t < 4 ? (static_cast<double>(t) + 1) / 4 : 1 - 0.5 * static_cast<double>(t - 4) / 15,
                 of_critic = 1 - static_cast<double>(t) / 19;
    z = {z.theta - h * of_generator * z.psi, z.psi + h * of_critic * z.theta};
  }
  const Point end = end_of(g);
  CHECK(end.theta == Approx(z.theta).epsilon(1e-12));
  CHECK(end.psi == Approx(z.psi).epsilon(1e-12));
}

TEST_CASE("a clipped gradient is shortened to its limit and keeps its direction") {
  const Setup g{
      .divergence = "wasserstein", .more = ", generator_clip_norm: 0.5, critic_clip_norm: 10", .steps = 1};
  const Point end = end_of(g);
  CHECK(end.theta == Approx(1 - h * 0.5).epsilon(1e-15));  // its gradient has length 1
  CHECK(end.psi == Approx(1 + h).epsilon(1e-15));
}

TEST_CASE("averages of the weights are what their formulas say, and metrics are measured with them") {
  Setup g{.divergence = "wasserstein", .steps = 30};
  std::vector<Point> path;
  Point z{1, 1};
  for (int64_t t = 0; t < g.steps; ++t) {
    const Point v = bilinear(z);
    z = {z.theta + h * v.theta, z.psi + h * v.psi};
    path.push_back(z);
  }
  SECTION("uniform, after a start") {
    g.more = ", average: {use: uniform, start: 10}";
    Point mean;
    for (size_t t = 10; t < path.size(); ++t)
      mean = {mean.theta + path[t].theta / 20, mean.psi + path[t].psi / 20};
    const TrialResult result = play(g, "[moments]");
    CHECK(point_of(result.weights).theta == Approx(z.theta).epsilon(1e-12));
    CHECK(point_of(result.averaged_weights).theta == Approx(mean.theta).epsilon(1e-12));
    CHECK(point_of(result.averaged_weights).psi == Approx(mean.psi).epsilon(1e-12));
    CHECK(metric(result, "moments.mean.0") == Approx(mean.theta).epsilon(1e-12));
  }
  SECTION("exponential") {
    g.more = ", average: {use: exponential, decay: 0.9}";
    Point mean = path[0];
    for (size_t t = 1; t < path.size(); ++t)
      mean = {0.9 * mean.theta + 0.1 * path[t].theta, 0.9 * mean.psi + 0.1 * path[t].psi};
    CHECK(point_of(play(g).averaged_weights).theta == Approx(mean.theta).epsilon(1e-12));
  }
  SECTION("none") { CHECK(play(g).averaged_weights.empty()); }
}

TEST_CASE("the game's Jacobian has the Dirac-GAN's eigenvalues") {
  struct Row {
    const char* name;
    Setup game;
    const char* metric;
    double real, imaginary;
  };
  const std::string minimax = "{use: gan, generator: minimax}";
  // papers.md §3.1, closed forms at the equilibrium (0, 0). The rate is 0: nobody moves.
  const std::vector<Row> rows{
      {"GAN", {.divergence = minimax}, "game_jacobian", 0, 0.5},
      {"NSGAN", {}, "game_jacobian", 0, 0.5},
      {"WGAN", {.divergence = "wasserstein"}, "game_jacobian", 0, 1},
      {"R1 0.3", {.penalties = "[{use: r1, weight: 0.3}]"}, "game_jacobian", -0.15, std::sqrt(0.25 - 0.0225)},
      {"R1 2", {.penalties = "[{use: r1, weight: 2}]"}, "game_jacobian", -1 + std::sqrt(0.75), 0},
      {"R2 0.3", {.penalties = "[{use: r2, weight: 0.3}]"}, "game_jacobian", -0.15, std::sqrt(0.25 - 0.0225)},
      {"R1 0.1 and R2 0.2",
       {.penalties = "[{use: r1, weight: 0.1}, {use: r2, weight: 0.2}]"},
       "game_jacobian",
       -0.15,
       std::sqrt(0.25 - 0.0225)},
      // What plays at every fourth update four times as strongly counts as it does in the mean.
      {"R1 0.3, lazy",
       {.penalties = "[{use: r1, weight: 0.3, every: 4}]"},
       "game_jacobian",
       -0.15,
       std::sqrt(0.25 - 0.0225)},
      {"ConOpt 1", {}, "{use: game_jacobian, consensus: 1}", -0.25, 0.5},
      {"instance noise 0.7",
       {.penalties = "[{use: instance_noise, std: 0.7, distribution: rademacher}]"},
       "game_jacobian",
       -0.1225,
       std::sqrt(0.25 - 0.1225 * 0.1225)},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    Setup g = row.game;
    g.start = 0;
    g.steps = 1;
    g.optimizer = "{use: sgd, rate: 0}";
    const TrialResult result = play(g, fmt::format("[{}]", row.metric));
    CHECK(metric(result, "game_jacobian.real_max") == Approx(row.real).margin(1e-6));
    CHECK(metric(result, "game_jacobian.imag_max") == Approx(row.imaginary).margin(1e-6));
  }
}

TEST_CASE("a game that only turns is all rotation") {
  const Setup g{.divergence = "wasserstein", .optimizer = "{use: sgd, rate: 0}", .steps = 1};
  CHECK(metric(play(g, "[game_jacobian]"), "game_jacobian.rotation") == Approx(1).epsilon(1e-12));
}

TEST_CASE("where the critic is sure, the minimax gradient is a 99th of the non-saturating one") {
  // D(θ) = σ(−ψθ) = 0.01.
  const double psi = std::sqrt(std::log(99.0));
  const Setup g{.optimizer = "{use: sgd, rate: 0}", .steps = 1, .start = psi};
  const TrialResult result = play(g, "[saturation, gradient_norms]");
  CHECK(metric(result, "saturation") == Approx(99).epsilon(1e-10));
  CHECK(metric(result, "gradient_norms.generator") == Approx(0.99 * psi).epsilon(1e-10));
  Setup minimax = g;
  minimax.divergence = "{use: gan, generator: minimax}";
  CHECK(metric(play(minimax, "[gradient_norms]"), "gradient_norms.generator") ==
        Approx(0.01 * psi).epsilon(1e-10));
}

TEST_CASE("the estimate of a critic that knows the densities is the divergence") {
  // N(0, 1) against N(1, 1): ln p/q = 1/2 − x, a linear critic's. It starts there and nobody moves.
  for (const auto& [divergence, truth] : std::vector<std::pair<std::string, double>>{
           {"jsd", 0.22284296}, {"kl", 0.5}, {"reverse_kl", 0.5}, {"hellinger", 0.23500619}}) {
    INFO(divergence);
    const std::string text = fmt::format(
        "{{data: {{use: gaussian_mixture, means: [0], stds: [1]}}, prior: {{use: normal, dim: 1}}, "
        "generator: "
        "affine, critic: {{use: mlp, widths: [4]}}, divergence: {{use: {}, link: log_ratio}}, metrics: "
        "[divergence_estimate], measure: {{every: 0, samples: 100}}, train: {{steps: 1, batch: 8, dtype: "
        "float64, "
        "generator_optimizer: {{use: sgd, rate: 0}}, critic_optimizer: {{use: sgd, rate: 0}}}}, seed: 0}}",
        divergence);
    const TrialConfig trial = parse_trial(text, testing::registry());
    const SharedData data = load_data(*trial.data, {at::TensorOptions(at::kDouble)});
    const TrialConfig* const one = &trial;
    const Assembly assembly(std::span(&one, 1), at::kDouble, data);
    const Streams streams({0}, at::kDouble);
    Networks networks = make_networks(assembly, streams);
    // relu(x + 20) − 20 is x wherever either density is; score = 1/2 − x.
    for (auto& [kind, network] : networks)
      for (size_t i = 0; i < network.slots().size(); ++i) {
        const auto& slot = network.slots()[i];
        if (kind == Kind::generator) {
          network.set_parameter(i, 0, at::ones(slot.shape, at::kDouble));  // location 1, scale 1
          continue;
        }
        Tensor value = at::zeros(slot.shape, at::kDouble);
        const bool first = slot.name.find('0') != std::string::npos, bias = slot.shape.size() == 1;
        value.flatten()[0].fill_(first ? (bias ? 20.0 : 1.0) : (bias ? 20.5 : -1.0));
        network.set_parameter(i, 0, value);
      }
    const Measure measure(assembly, trial, at::kDouble);
    const auto columns = measure.columns(networks, measure.samples(networks, 1, 0), 0);
    REQUIRE(columns.size() == 2);
    CHECK(columns[0].values[0] == Approx(truth).epsilon(1e-6));  // estimate
    CHECK(columns[1].values[0] == Approx(truth).epsilon(1e-6));  // exact
  }
}
