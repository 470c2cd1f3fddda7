// Heads that draw, in whole trials: temperatures follow their schedule, likelihoods end where they are
// largest, and the plan says what is legal and not meant.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "catch.hpp"
#include "config/legality.hpp"
#include "config/parse_trial.hpp"
#include "game/trainer.hpp"
#include "registry.hpp"

using namespace saddle;

namespace {

TrialConfig trial_of(const std::string& head, const std::string& more, const std::string& train) {
  return parse_trial(
      fmt::format("{{head: {}, prior: {{use: normal, dim: 2}}, generator: {{use: mlp, widths: [4]}}, "
                  "critic: {{use: mlp, widths: [4]}}, metrics: [], measure: {{every: 0, samples: 2}}, "
                  "seed: 3, {}, train: {{batch: 16, {}}}}}",
                  head, more, train),
      testing::registry());
}

TrialResult run(const TrialConfig& trial) {
  at::set_num_threads(1);
  TrialResult result;
  Trainer({&trial}, load_data(*trial.data, {at::TensorOptions(at::kFloat)}))
      .run([](int64_t) { return true; }, [&](TrialResult r) { result = std::move(r); });
  REQUIRE(result.outcome == Outcome::done);
  return result;
}

const std::string one_hot = "data: {use: point, at: [0, 1, 0]}, keep: {samples: 500}";

bool same_weights(const TrialResult& a, const TrialResult& b) {
  for (size_t i = 0; i < a.weights.size(); ++i)
    if (!a.weights[i].second.equal(b.weights[i].second)) return false;
  return true;
}

}  // namespace

TEST_CASE("a temperature's schedule counts where something has a temperature, and only there") {
  const std::string cooled = ", temperature_schedule: {use: exponential, final: 0.1}";
  const TrialConfig plain = trial_of("gumbel_softmax", one_hot, "steps: 3"),
                    cooling = trial_of("gumbel_softmax", one_hot, "steps: 3" + cooled);
  CHECK(plain.id != cooling.id);
  CHECK(parse_trial(cooling.resolved, testing::registry()).id == cooling.id);
  const TrialConfig soft = trial_of("softmax", one_hot, "steps: 3");
  CHECK(soft.id == trial_of("softmax", one_hot, "steps: 3" + cooled).id);
  CHECK(soft.temperature_schedule == nullptr);
  // The score function relaxes nothing.
  const std::string hard = "{use: gumbel_softmax, gradient: score_function}";
  CHECK(trial_of(hard, one_hot, "steps: 3").id == trial_of(hard, one_hot, "steps: 3" + cooled).id);
  // The first step has the temperature as it is; the others don't.
  const auto weights = [&](const std::string& train) {
    return run(trial_of("gumbel_softmax", one_hot, train));
  };
  CHECK(same_weights(weights("steps: 1"), weights("steps: 1" + cooled)));
  CHECK_FALSE(same_weights(weights("steps: 3"), weights("steps: 3" + cooled)));
}

TEST_CASE("samples to look at are hard, or have the temperature of the last step") {
  const Tensor symbols = run(trial_of("gumbel_softmax", one_hot, "steps: 2")).samples;
  CHECK((symbols == 0).logical_or(symbols == 1).all().item<bool>());
  CHECK(symbols.sum(1).eq(1).all().item<bool>());
  const auto between = [](const std::string& train) {
    const Tensor x =
        run(trial_of("hard_concrete", "data: {use: point, at: [0, 1, 0]}, keep: {samples: 500}", train))
            .samples;
    return (x > 0).logical_and(x < 1).to(at::kDouble).mean().item<double>();
  };
  CHECK(between("steps: 2") > 0.3);
  CHECK(between("steps: 2, temperature_schedule: linear") < 0.02);  // a thousandth of ⅔
}

TEST_CASE("a head's own likelihood ends where it is largest") {
  // Of a constant count of 3, at the rate 3 and with latents that say nothing: −ln P(3) = 3 − 3 ln 3 + ln 6.
  const auto loss = [](const std::string& head, const std::string& at) {
    const TrialConfig trial = trial_of(
        head, "objective: {use: vae, likelihood: head, input: log1p}, data: {use: point, at: " + at + "}",
        "steps: 1500, generator_optimizer: {use: adam, rate: 0.01}");
    return run(trial).series.at("loss.generator").values.back();
  };
  const double poisson = 3 - 3 * std::log(3) + std::log(6);
  CHECK(loss("poisson", "[3]") == Approx(poisson).margin(0.1));
  CHECK(loss("{use: negative_binomial, dispersion: cell}", "[3]") == Approx(poisson).margin(0.25));
  CHECK(loss("gumbel_softmax", "[0, 1, 0]") == Approx(0).margin(0.1));
  CHECK(loss("markov_chain", "[0, 1, 0]") == Approx(0).margin(0.1));
  CHECK(loss("binary_concrete", "[0, 1]") == Approx(0).margin(0.1));
}

TEST_CASE("a fit without latents ends at the likelihood's own optimum") {
  const auto location = [](const std::string& head, const std::string& at) {
    const TrialConfig trial = parse_trial(
        fmt::format(
            "{{head: {}, objective: maximum_likelihood, generator: point, data: {{use: point, at: {}}}, "
            "measure: {{every: 0, samples: 2}}, train: {{batch: 16, steps: 1500, "
            "generator_optimizer: {{use: adam, rate: 0.01}}}}}}",
            head, at),
        testing::registry());
    for (const auto& [name, value] : run(trial).weights)
      if (name == "generator/location") return value.flatten().to(at::kDouble);
    throw std::runtime_error("there is no location");
  };
  CHECK(std::log1p(std::exp(location("poisson", "[3]")[0].item<double>())) == Approx(3).margin(1e-3));
  const at::Tensor log_odds = location("markov_chain", "[0, 1, 0]");
  CHECK(at::softmax(log_odds, 0)[1].item<double>() > 0.99);  // the best is infinitely far
}

TEST_CASE("where nobody is trained, training samples are measured and nothing moves") {
  const auto result = [](const std::string& steps) {
    return run(trial_of("resample", "objective: none, data: {use: point, at: [1, 2]}, keep: {samples: 5}",
                        "steps: " + steps));
  };
  const TrialResult short_one = result("1"), long_one = result("20");
  CHECK(same_weights(short_one, long_one));
  CHECK(long_one.samples.equal(at::tensor({1.0f, 2.0f}).expand({5, 2})));
}

TEST_CASE("the plan warns where a penalty holds slopes that the score function never follows") {
  const auto warnings = [](const std::string& head) {
    PartObjects objects;
    Legality legality(objects);
    return legality.warnings(
        trial_of(head, one_hot + ", divergence: wasserstein, penalties: [gradient_penalty]", "steps: 1"));
  };
  REQUIRE(warnings("{use: gumbel_softmax, gradient: score_function}").size() == 1);
  CHECK(warnings("{use: gumbel_softmax, gradient: score_function}")[0] ==
        "the penalty gradient_penalty holds slopes of the critic that the generator never follows: samples "
        "of the head "
        "gumbel_softmax are discrete, and their gradient is the score function");
  CHECK(warnings("{use: gumbel_softmax, gradient: straight_through}").empty());
}
