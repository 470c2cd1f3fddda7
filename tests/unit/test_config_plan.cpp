// Plans: what a trial is, which points are one trial, and which are none.
#include <fstream>

#include "config/add_metrics.hpp"
#include "config/parse_trial.hpp"
#include "config_fixture.hpp"
#include "schema/sha256.hpp"

using namespace configs;

namespace {

std::string base(const std::string& rest) { return "experiment: e\nbase:\n  data: ring\n" + rest; }
TrialConfig trial(const std::string& rest) { return plan_of(base(rest)).trials.at(0).config; }

}  // namespace

TEST_CASE("the canonical form has sorted keys, versions, and no defaults") {
  CHECK(trial("").canonical ==
        "{critic: {use: mlp, version: 3}, data: {use: ring, version: 1}, divergence: {use: gan, version: 1}, "
        "generator: {use: mlp, version: 1}, head: {use: linear, version: 1}, objective: {use: gan, version: "
        "1}, "
        "prior: {use: normal, version: 1}, seed: 0, train: {average: {use: none, version: 1}, "
        "critic_optimizer: "
        "{use: adam, version: 1}, critic_schedule: {use: constant, version: 1}, dynamics: {use: "
        "gradient_descent, "
        "version: 1}, generator_optimizer: {use: adam, version: 1}, generator_schedule: {use: constant, "
        "version: "
        "1}, version: 1}}");
  CHECK(trial("").id == sha256_hex(trial("").canonical).substr(0, 16));
}

TEST_CASE("a default that is written out, and another way to write a number, change nothing") {
  const std::string id = trial("").id;
  CHECK(trial("  train: {steps: 5e3, batch: 256}\n").id == id);
  CHECK(trial("  generator: {widths: [128, 0x80]}\n  seed: 00\n").id == id);
  CHECK(trial("  train: {critic_optimizer: {rate: 0.0010}}\n").id == id);
  CHECK(trial("  train: {steps: 5001}\n").id != id);
  CHECK(trial("  seed: 1\n").id != id);
}

TEST_CASE("what does not change training is not in the identity") {
  const std::string id = trial("").id;
  CHECK(trial("  metrics: [mmd, modes]\n  measure: {every: 10}\n  keep: {weights: none}\n").id == id);
}

TEST_CASE("parts that nothing uses are left out: the critic and all that is its own under mmd") {
  const TrialConfig plain = trial("  divergence: mmd\n");
  const TrialConfig dressed = trial(
      "  divergence: mmd\n  critic: {widths: [9]}\n  penalties: [gradient_penalty]\n  constraints: "
      "[weight_clipping]\n"
      "  train: {critic_steps: 5, turns: simultaneous, first: generator, critic_optimizer: sgd}\n  encoder: "
      "mlp\n");
  CHECK(plain.id == dressed.id);
  CHECK(plain.structural == dressed.structural);
  CHECK(plain.resolved == dressed.resolved);
  CHECK(dressed.critic == nullptr);
  CHECK(dressed.critic_optimizer == nullptr);
  CHECK(dressed.penalties.empty());
  CHECK(dressed.train.critic_steps == 1);
}

TEST_CASE("who begins is not in the identity where the players move at once") {
  const TrialConfig plain = trial("  train: {turns: simultaneous}\n");
  const TrialConfig dressed = trial("  train: {turns: simultaneous, first: generator}\n");
  CHECK(plain.id == dressed.id);
  CHECK(plain.structural == dressed.structural);
  CHECK(plain.resolved == dressed.resolved);
  CHECK(trial("  train: {first: generator}\n").id != trial("").id);
}

TEST_CASE("a parameter that another one's value makes meaningless is not in the identity") {
  const auto grid = [](const std::string& likelihood, const std::string& stds) {
    return plan_of_grid("  objective.std: " + stds + "\n",
                        "  objective: {use: vae, likelihood: " + likelihood + "}\n");
  };
  CHECK(grid("gaussian", "[1, 2]").trials.size() == 2);
  const Plan merged = grid("bernoulli", "[1, 2]");
  REQUIRE(merged.trials.size() == 1);
  CHECK(merged.merged == 1);
  const TrialConfig& trial = merged.trials[0].config;
  CHECK(trial.canonical ==
        plan_of("experiment: e\nbase: {data: ring, objective: {use: vae, likelihood: bernoulli}}\n")
            .trials.at(0)
            .config.canonical);
  CHECK(trial.objective->given.count("std") == 0);
  CHECK(parse_trial(trial.resolved, fakes::registry()).id == trial.id);
  // What is wrong stays wrong.
  CHECK_THAT(mistakes_of(
                 "experiment: e\nbase: {data: ring, objective: {use: vae, likelihood: bernoulli, std: 0}}\n"),
             holds("objective.std: 0 is not above 0"));
}

TEST_CASE("an objective takes the parts that it uses") {
  const TrialConfig vae = trial("  objective: {use: vae, beta: 2}\n  encoder: {widths: [4]}\n");
  CHECK(vae.encoder != nullptr);
  CHECK(vae.critic == nullptr);
  CHECK(vae.divergence == nullptr);
  CHECK_THAT(vae.canonical, holds("objective: {beta: 2, use: vae, version: 1}"));
}

TEST_CASE("parts that are written wrong are mistakes even where nothing uses them") {
  CHECK_THAT(mistakes_of(base("  divergence: mmd\n  critic: {widths: [0]}\n")),
             holds("critic.widths: 0 is not at least 1"));
}

TEST_CASE("trials of equal structure differ in seed and per-lane parameters alone") {
  const TrialConfig a = trial("  seed: 1\n  train: {generator_optimizer: {rate: 0.1}}\n");
  CHECK(a.structural == trial("").structural);
  for (const char* other :
       {"  train: {steps: 1}\n", "  generator: {activation: tanh}\n", "  metrics: [mmd]\n",
        "  measure: {every: 1}\n", "  keep: {samples: 1}\n", "  train: {generator_optimizer: sgd}\n",
        "  train: {generator_optimizer: {amsgrad: true}}\n", "  penalties: [gradient_penalty]\n"}) {
    INFO(other);
    CHECK(trial(other).structural != a.structural);
  }
}

TEST_CASE("a trial that is read back is the same trial") {
  const TrialConfig t = trial(
      "  penalties: [{use: gradient_penalty, weight: 1e-3}]\n  metrics: [{use: mmd, as: far, scale: 9}, "
      "mmd]\n  seed: 12\n"
      "  train: {dtype: float64, generator_optimizer: {use: sgd, rate: 1e-2}}\n  keep: {samples: 5}\n");
  const TrialConfig back = parse_trial(t.resolved, fakes::registry());
  CHECK(back.id == t.id);
  CHECK(back.canonical == t.canonical);
  CHECK(back.structural == t.structural);
  CHECK(back.resolved == t.resolved);
  CHECK(back.metrics.at(0)->as == "far");
  CHECK(back.seed == 12);
  CHECK_THROWS_WITH(parse_trial("{data: nothing}", fakes::registry()),
                    holds("there is no data named 'nothing'"));
}

TEST_CASE("a path counts as it is written, from the folder of the experiment") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("saddle_paths_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "a");
  for (const char* name : {"x.csv", "a/x.csv"}) std::ofstream(folder / name) << "1\n";
  auto id = [&](const std::string& file, const std::string& path, std::string* resolved = nullptr) {
    const Experiment x = read_experiment(
        source("experiment: e\nbase: {data: {use: csv, path: '" + path + "'}}\n", folder / file));
    const TrialConfig t = make_plan(x, fakes::registry()).trials.at(0).config;
    if (resolved) *resolved = t.resolved;
    return t.id;
  };
  std::string resolved;
  CHECK(id("e.yaml", "x.csv", &resolved) == id("a/e.yaml", "x.csv"));
  CHECK(id("e.yaml", "x.csv") != id("e.yaml", "a/x.csv"));
  CHECK_THAT(resolved, holds((folder / "x.csv").string()));
  CHECK(parse_trial(resolved, fakes::registry()).id == id("e.yaml", "x.csv"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("equal points are one trial, and the plan says how many merged") {
  const Plan plan = plan_of(with_grid("  divergence: [gan, mmd]\n  critic.widths: [[1], [2], [3]]\n"));
  CHECK(plan.points == 6);
  CHECK(plan.trials.size() == 4);
  CHECK(plan.merged == 2);
  CHECK(plan.sha256.size() == 64);
}

TEST_CASE("groups hold trials of equal structure, chopped by lanes") {
  const Plan plan =
      plan_of(with_grid("  divergence: [gan, mmd]\n  train.generator_optimizer.rate: [1, 2, 3]\n"));
  CHECK(groups_of(plan).size() == 2);
  CHECK(groups_of(plan, 2).size() == 4);
  CHECK(groups_of(plan, 2)[0].trials == std::vector<size_t>{0, 1});
}

TEST_CASE("a head that can't reach the data is illegal, for a reason") {
  const std::string text = mistakes_of(base("  head: tanh\n"));
  CHECK_THAT(text, holds("x.yaml:4:9: head: the head tanh makes numbers between -1 and 1, and those of the "
                         "data ring are of any size"));
  CHECK(mistakes_of("experiment: e\nbase: {data: images, head: tanh}\n").empty());
}

TEST_CASE("a penalty on gradients is illegal with a critic that works on the batch") {
  CHECK_THAT(mistakes_of(base("  critic: {batch_norm: true}\n  penalties: [gradient_penalty]\n")),
             holds("penalties.0: the penalty gradient_penalty needs the gradient of one sample's score"));
}

TEST_CASE("a plugin blames its parameter when it declares, and the place is the parameter's") {
  CHECK_THAT(mistakes_of("experiment: e\nbase: {data: images, critic: {widths: []}}\n"),
             holds("x.yaml:2:39: critic.widths: images need a hidden layer"));
  CHECK_THAT(mistakes_of(base("  prior: {dim: 3}\n  generator: affine\n")),
             holds("an affine generator needs one latent a dimension"));
}

TEST_CASE("on_illegal: skip keeps illegal points as skipped trials with their reason") {
  const Plan plan = plan_of("on_illegal: skip\n" + with_grid("  head: [linear, tanh]\n  seed: 0..1\n"));
  REQUIRE(plan.trials.size() == 4);
  CHECK_FALSE(plan.trials[0].skipped);
  CHECK(plan.trials[2].skipped);
  CHECK_THAT(plan.trials[2].reason, holds("the head tanh makes numbers between -1 and 1"));
  CHECK(groups_of(plan).size() == 1);
  CHECK_THAT(plan_text(plan), holds("skipped: 2 trials: the head tanh"));
}

TEST_CASE("data that can't be loaded is a mistake whatever on_illegal says") {
  CHECK_THAT(mistakes_of("on_illegal: skip\nexperiment: e\nbase: {data: {use: csv, path: /nowhere.csv}}\n"),
             holds("x.yaml:3:31: data.path: there is no file /nowhere.csv"));
}

TEST_CASE("what a plugin throws else is the plugin's error") {
  CHECK_THROWS_AS(plan_of(base("  objective: vae\n  prior: {dim: 333}\n")), PluginError);
  CHECK_THROWS_WITH(plan_of(base("  objective: vae\n  prior: {dim: 333}\n")), holds("encoder mlp: a bug"));
}

TEST_CASE("a library that can't be loaded is fatal only where it is asked for") {
  const BrokenPlugins broken = {{"divergence.kl", "divergence.kl.so: built against other headers"}};
  CHECK_NOTHROW(make_plan(read_experiment(source(base(""))), fakes::registry(), broken));
  CHECK_THROWS_WITH(make_plan(read_experiment(source(base("  divergence: kl\n"))), fakes::registry(), broken),
                    holds("other headers"));
}

TEST_CASE("wasserstein without penalty or constraint is a warning") {
  CHECK_THAT(plan_of(base("  divergence: wasserstein\n")).warnings.at(0),
             holds("neither a penalty nor a constraint"));
  CHECK(plan_of(base("  divergence: wasserstein\n  constraints: [weight_clipping]\n")).warnings.empty());
}

TEST_CASE("a metric that the data can't support is a warning") {
  CHECK_THAT(plan_of("experiment: e\nbase: {data: images, metrics: [modes]}\n").warnings.at(0),
             holds("the metric modes is NaN for the data images: it has no modes"));
}

TEST_CASE("a plan as text and as JSON says the same") {
  const Plan plan = plan_of(with_grid("  divergence: [gan, mmd]\n  critic.widths: [[1], [2]]\n"));
  CHECK_THAT(plan_text(plan), holds("e: 4 points, 3 trials to train, 1 merged"));
  CHECK_THAT(plan_json(plan), holds("\"plan_sha256\": \"" + plan.sha256 + "\""));
}

TEST_CASE("groups that look alike are one line of the plan, with their number") {
  const std::string text =
      plan_text(plan_of(with_grid("  train.steps: [1, 2, 3]\n  seed: 0..3\n  divergence: [gan, mmd]\n")), 2);
  CHECK_THAT(text,
             holds("12 groups:\n  6 × 2 trials  gan, data ring") && holds("\n  6 × 2 trials  gan, data"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 5);
  CHECK_THAT(plan_text(plan_of(base(""))), holds("1 group:\n  1 trial  gan, data ring"));
}

TEST_CASE("further metrics of a trial are checked where they were given") {
  const std::string resolved = trial("  metrics: [mmd]\n").resolved;
  auto wrong = [&](const std::vector<std::string>& metrics) -> std::string {
    try {
      add_metrics(resolved, metrics, fakes::registry());
    } catch (const UserError& e) {
      return e.what();
    }
    return {};
  };
  CHECK(wrong({"modes", "{use: mmd, as: far, scale: 9}"}).empty());
  const std::string text =
      wrong({"modes", "mode", "{use: mmd, skale: 9}", " ", "[", "{use: mmd, as: modes}"});
  CHECK_THAT(text,
             holds("command line: METRIC: there is no metric named 'mode'; did you mean 'modes'?\n      | "
                   "mode\n      | ^"));
  CHECK_THAT(text,
             holds("command line: METRIC.skale: mmd has no such parameter; did you mean 'scale'?\n      | "
                   "{use: mmd, skale: 9}\n      |            ^"));
  CHECK_THAT(text, holds("an empty value"));
  CHECK_THAT(text, holds("command line: not YAML: the '[' here is not closed"));
  CHECK_THAT(text, holds("the metric 'modes' is here twice") && holds("5 mistakes;"));
}

TEST_CASE("ten thousand points are planned") {  // how fast, `saddle bench --only planner` measures
  const Plan plan =
      plan_of(with_grid("  method:\n    gan: {}\n    wgan: {divergence: wasserstein, penalties: "
                        "[gradient_penalty], train.critic_steps: 5}\n"
                        "  generator.widths: [[8], [16], [32], [64], [128]]\n  "
                        "train.generator_optimizer.rate: {log_uniform: [1e-5, 1, 100]}\n"
                        "  seed: 0..9\n"));
  CHECK(plan.trials.size() == 10000);
}
