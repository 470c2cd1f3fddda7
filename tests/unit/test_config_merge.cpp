// Points of a grid that train the same are one trial, and nothing that any of them asks for is lost.
#include "config_fixture.hpp"

using namespace configs;

namespace {

Strings metrics(const TrialConfig& trial) {
  Strings names;
  for (const PartPtr& metric : trial.metrics) names.push_back(metric->as);
  return names;
}

std::string grid_mistakes(const std::string& grid, const std::string& base = "") {
  return mistakes_of(with_grid(grid, base));
}

}  // namespace

TEST_CASE("an axis over metrics makes one trial with the metrics of all points") {
  const Plan plan =
      plan_of_grid("  metrics: [[modes], [mmd], [modes, {use: mmd, as: far, scale: 9}]]\n  seed: 0..1\n");
  REQUIRE(plan.trials.size() == 2);
  for (const PlannedTrial& trial : plan.trials) {
    CHECK(metrics(trial.config) == Strings{"modes", "mmd", "far"});
    CHECK_THAT(trial.config.resolved,
               holds("metrics: [{use: modes}, {use: mmd, ") && holds("{use: mmd, as: far, scale: 9}]"));
    CHECK_THAT(trial.config.structural, holds("as: far"));
  }
  CHECK(plan.points == 6);
  CHECK(plan.merged == 4);
  CHECK(groups_of(plan).size() == 1);
}

TEST_CASE("a point without metrics takes those of the others, and another order changes nothing") {
  CHECK(metrics(plan_of_grid("  metrics: [[], [mmd]]\n").trials.at(0).config) == Strings{"mmd"});
  CHECK(metrics(plan_of_grid("  metrics: [[mmd], []]\n").trials.at(0).config) == Strings{"mmd"});
  CHECK(metrics(plan_of_grid("  metrics: [[mmd, modes], [modes, mmd]]\n").trials.at(0).config) ==
        Strings{"mmd", "modes"});
}

TEST_CASE("metrics that come from a reference are united too") {
  CHECK(metrics(plan_of_grid("  metrics: [[modes], [{use: mmd, scale: '${generator.widths.0}'}]]\n",
                             "  generator: {widths: [7]}\n")
                    .trials.at(0)
                    .config)
            .size() == 2);
}

TEST_CASE("two metrics of one name at points of one trial are a mistake, at the second") {
  CHECK_THAT(grid_mistakes("  metrics: [[mmd], [{use: mmd, scale: 9}]]\n"),
             holds("x.yaml:5:27: metrics: 'mmd' is {use: mmd, scale: 9} here, and {use: mmd, ") &&
                 holds("at another point of the same trial (x.yaml:5)") && holds("{use: mmd, as: name}") &&
                 holds("1 mistake;"));
}

TEST_CASE("points of one trial measure and keep the same") {
  CHECK_THAT(grid_mistakes("  measure.samples: [10, 20]\n  seed: 0..3\n"),
             holds("x.yaml:5:25: measure.samples: 20 here, and 10 at another point of the same trial") &&
                 holds("1 mistake;"));
  CHECK_THAT(grid_mistakes("  measure.every: [5, 5, 1]\n"), holds("measure.every: 1 here, and 5 at another"));
  CHECK_THAT(grid_mistakes("  keep.weights: [final, none]\n"), holds("keep.weights: none here, and final"));
  CHECK_THAT(grid_mistakes("  keep.samples: [1, 2]\n"), holds("keep.samples: 2 here, and 1"));
  // The default is no place: the value that was written is.
  CHECK_THAT(grid_mistakes("  m:\n    a: {measure.every: 7}\n    b: {}\n"),
             holds("x.yaml:6:24: measure.every: 1000 here, and 7"));
}

TEST_CASE("trials that differ may measure differently") {
  CHECK(grid_mistakes("  m:\n    a: {measure.every: 7, metrics: [mmd]}\n    b: {divergence: wasserstein}\n")
            .empty());
}

TEST_CASE("a trial has no value on a path where its points differ") {
  const Plan plan = plan_of_grid("  divergence: [gan, mmd]\n  critic.widths: [[1], [2], [3]]\n");
  CHECK(on_axis(plan, "critic.widths") == Strings{"[1]", "[2]", "[3]", "-"});
  CHECK(on_axis(plan, "divergence") == Strings{"gan", "gan", "gan", "mmd"});
  CHECK(on_axis(plan_of_grid("  metrics: [[mmd], [modes]]\n"), "metrics") == Strings{"-"});
  // Three points: what differed once stays without a value.
  CHECK(on_axis(plan_of_grid("  metrics: [[mmd], [modes], [mmd]]\n"), "metrics") == Strings{"-"});
}

TEST_CASE("the same number in other letters is the same value") {
  CHECK(on_axis(plan_of_grid("  train.steps: [1000, 1e3]\n"), "train.steps") == Strings{"1000"});
}

TEST_CASE("a trial that several cases make has the names of all") {
  const Plan plan = plan_of_grid(
      "  m:\n    a: {}\n    b: {divergence: gan}\n    c: {divergence: wasserstein}\n    d: {}\n");
  CHECK(on_axis(plan, "m") == Strings{"a, b, d", "c"});
}

TEST_CASE("a trial that an axis of another block makes too has its value there") {
  const Plan plan = plan_of(
      "experiment: e\nbase: {data: ring, train: {steps: 1}}\ngrid:\n  - seed: 0..1\n  - train.steps: [1, "
      "2]\n");
  CHECK(on_axis(plan, "train.steps") == Strings{"1", "-", "2"});
}

TEST_CASE("the plan says which points merged") {
  const Plan plan =
      plan_of_grid("  divergence: [gan, mmd]\n  critic.widths: [[1], [2]]\n  metrics: [[mmd], [modes]]\n");
  CHECK(plan.points == 8);
  CHECK(plan.trials.size() == 3);
  CHECK(plan.notes == Strings{"1 trial stands for 4 points that differ in critic.widths, metrics",
                              "2 trials stand for 4 points that differ in metrics",
                              "3 trials have the metrics of all of the points"});
  CHECK_THAT(plan_text(plan), holds("merged: 2 trials stand for 4 points that differ in metrics\n"));
  CHECK_THAT(plan_json(plan), holds("\"1 trial stands for 4 points that differ in critic.widths, metrics\""));
  CHECK(plan_of_grid("  seed: [1, 1]\n").notes == Strings{"1 trial stands for 2 points that are equal"});
  CHECK(plan_of_grid("  seed: [1, 2]\n").notes.empty());
}

TEST_CASE("a metric that merging brought in is checked against the data") {
  const Plan plan = plan_of("experiment: e\nbase: {data: images}\ngrid: {metrics: [[mmd], [modes]]}\n");
  REQUIRE(plan.warnings.size() == 1);
  CHECK_THAT(plan.warnings[0], holds("the metric modes is NaN for the data images"));
}
