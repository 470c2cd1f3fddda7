// Critics that are trained by the program reach what is known of the best one, by quadrature: the bound of
// every f-divergence, and WGAN-GP's optimum, which is not the Wasserstein distance (papers.md §4).
#include <ATen/Parallel.h>

#include <cmath>

#include "catch.hpp"
#include "check/bed.hpp"
#include "check/gaussians.hpp"
#include "config/instantiate.hpp"
#include "config/parse_trial.hpp"
#include "game/trainer.hpp"
#include "registry.hpp"

using namespace saddle;
using check::Gaussian;

namespace {

/// A critic's training against N(mean, 1), which stays; the data are N(0, 1).
TrialConfig trial_of(double mean, const std::string& divergence, const std::string& more) {
  return parse_trial(
      fmt::format(
          "{{data: {{use: gaussian_mixture, means: [0], stds: [1]}}, prior: {{use: normal, dim: 1}}, "
          "generator: {{use: affine, location: {}}}, critic: {{use: mlp, widths: [24], activation: "
          "softplus}}, divergence: {}, {}, measure: {{every: 0, samples: 100}}, keep: {{samples: 0}}, "
          "seed: 0, train: {{steps: 400, batch: 512, critic_steps: 5, critic_optimizer: {{use: adam, "
          "rate: 0.03, beta1: 0.5}}, critic_schedule: cosine, generator_optimizer: {{use: sgd, rate: "
          "0}}}}}}",
          mean, divergence, more),
      testing::registry());
}

std::vector<TrialResult> train(const std::vector<TrialConfig>& trials) {
  std::vector<const TrialConfig*> lanes;
  for (const TrialConfig& trial : trials) lanes.push_back(&trial);
  std::vector<TrialResult> results;
  Trainer(lanes, load_data(*trials[0].data, {at::TensorOptions(at::kFloat)}))
      .run([](int64_t) { return true; }, [&](TrialResult r) { results.push_back(std::move(r)); });
  for (const TrialResult& result : results) REQUIRE(result.outcome == Outcome::done);
  return results;
}

double at_start(const TrialResult& result, const std::string& name) {
  return result.series.at(name).values.front();
}
double at_end(const TrialResult& result, const std::string& name) {
  return result.series.at(name).values.back();
}

/// The critic of a result at x [n], but for its last bias, and its slope: [n] each.
std::pair<Tensor, Tensor> score(const TrialResult& result, const Tensor& x) {
  std::map<std::string, Tensor> weights(result.weights.begin(), result.weights.end());
  const auto of = [&](const char* name) { return weights.at(name).to(at::kDouble); };
  const Tensor in = of("critic/mlp.0.weight")[0], out = of("critic/mlp.1.weight").select(1, 0);
  const Tensor hidden = at::outer(x, in) + of("critic/mlp.0.bias");
  return {at::mv(saddle::softplus(hidden), out), at::mv(saddle::sigmoid(hidden), in * out)};
}

/// The density of a uniform point between a sample of N(0, 1) and one of N(mean, 1): [n].
Tensor density_between(double mean, const Tensor& x) {
  Tensor sum = at::zeros_like(x);
  constexpr int nodes = 400;
  for (int i = 0; i < nodes; ++i) {
    const double share = (i + 0.5) / nodes;
    sum += Gaussian{share * mean, std::hypot(1 - share, share)}.log_density(x).exp();
  }
  return sum / nodes;
}

}  // namespace

TEST_CASE("a trained critic's bound is within 2 % of every f-divergence, and never above it", "[slow]") {
  at::set_num_threads(1);
  int trained = 0;
  for (const RegisteredPlugin* plugin : testing::registry().of(Kind::divergence))
    for (const char* link : {"paper", "log_ratio"}) {
      if (!plugin->schema->find("link")) continue;
      const std::string divergence = fmt::format("{{use: {}, link: {}}}", plugin->name(), link);
      const TrialConfig trial = trial_of(1, divergence, "metrics: [divergence_estimate]");
      if (!check::objection(trial).empty()) continue;  // a link under which it is flat
      ++trained;
      const PluginObject object = instantiate({trial.divergence.get()}, {at::TensorOptions(at::kDouble)});
      const auto& f = dynamic_cast<const FDivergence&>(object.as<Divergence>());
      const TrialResult result = train({trial})[0];
      const double before = at_start(result, "divergence_estimate.estimate"),
                   bound = at_end(result, "divergence_estimate.estimate"),
                   exact = at_end(result, "divergence_estimate.exact");
      // From what the divergence is where both distributions are equal.
      const double distance = exact - f.f_at_one();
      CAPTURE(divergence, before, bound, exact);
      CHECK(exact - bound < 0.02 * distance);
      CHECK(exact - before > 0.02 * distance);
      CHECK(bound - exact < 1e-9 * distance);
    }
  CHECK(trained >= 21);
}

TEST_CASE("WGAN-GP's critic has its exact optimum on the line, further apart than the distance", "[slow]") {
  at::set_num_threads(1);
  // Gap and objective of papers.md at these weights of the penalty. Of both sides, the largest keeps whatever
  // slope a critic starts with: the optimum is one of several.
  const std::vector<double> weights{0.1, 1, 10};
  struct Row {
    double mean;
    std::array<double, 3> gap, objective;
    const char* sided;
    size_t count;
  };
  const std::array<double, 3> half_gap{1.886574, .638657, .513866},
      half_objective{1.193287, .569329, .506933}, one_gap{6.445356, 1.544536, 1.054454},
      one_objective{3.722678, 1.272268, 1.027227};
  for (const Row& row :
       {Row{0.5, half_gap, half_objective, "one", 3}, Row{1, one_gap, one_objective, "one", 3},
        Row{1, one_gap, one_objective, "two", 2}}) {
    std::vector<TrialConfig> trials;
    for (size_t i = 0; i < row.count; ++i)
      trials.push_back(trial_of(row.mean, "wasserstein",
                                fmt::format("penalties: [{{use: gradient_penalty, weight: {}, sided: {}}}]",
                                            weights[i], row.sided)));
    const auto results = train(trials);
    const Densities d = check::densities({0, 1}, {row.mean, 1}, 64);
    const Tensor difference = (d.log_real.exp() - d.log_fake.exp())[0] * d.weight,
                 between = density_between(row.mean, d.x) * d.weight;
    for (size_t i = 0; i < row.count; ++i) {
      const auto [scores, slopes] = score(results[i], d.x);
      const Tensor excess =
          std::string(row.sided) == "one" ? (slopes.abs() - 1).clamp_min(0) : slopes.abs() - 1;
      const double gap = (difference * scores).sum().item<double>(),
                   objective = gap - weights[i] * (between * excess.square()).sum().item<double>();
      CAPTURE(row.mean, row.sided, weights[i], gap, objective);
      CHECK(gap == Approx(row.gap[i]).epsilon(0.02));
      CHECK(objective == Approx(row.objective[i]).epsilon(0.02));
      CHECK(objective < row.objective[i] + 1e-6);  // no critic has more
    }
  }
}
