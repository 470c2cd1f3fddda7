// Grids: axes, their shapes, and what a point sets.
#include "config_fixture.hpp"

#include <set>

using namespace configs;

TEST_CASE("every kind of plugins has a section of its own or stands within train") {
  CHECK(all_kinds().size() == kind_count);
  std::set<Kind> within;
  for (const TrainPart& part : train_parts) within.insert(part.kind);
  for (const Kind kind : all_kinds()) {
    INFO(kind_name(kind));
    const SectionInfo& about = info(section_of(kind));
    CHECK(about.name.empty() == within.contains(kind));
    if (!about.name.empty()) CHECK(section_named(about.name) == section_of(kind));
  }
  CHECK(section_names().size() == kind_count - within.size() + 4);
  CHECK_FALSE(section_named(""));
}

TEST_CASE("without a grid an experiment is one trial") {
  const Plan plan = plan_of("experiment: e\nbase: {data: ring}\n");
  REQUIRE(plan.trials.size() == 1);
  CHECK(plan.axes.empty());
}

TEST_CASE("axes multiply, the last one fastest, and the seed is no column") {
  const Plan plan = plan_of_grid("  train.steps: [10, 20]\n  seed: 0..2\n");
  CHECK(steps(plan) == std::vector<int64_t>{10, 10, 10, 20, 20, 20});
  CHECK(plan.trials[1].config.seed == 1);
  CHECK(plan.axes == Strings{"train.steps"});
  CHECK(plan.trials[3].axes.size() == 1);
  CHECK(plan.trials[3].axes[0].number == 20);
}

TEST_CASE("a range is inclusive and may be negative, a single seed is an axis") {
  CHECK(plan_of_grid("  seed: 3..5\n").trials.size() == 3);
  CHECK(plan_of_grid("  seed: 7\n").trials[0].config.seed == 7);
  CHECK(plan_of_grid("  train.steps: 1..3\n").trials.size() == 3);
  CHECK_THAT(mistakes_of(with_grid("  seed: -1..1\n")),
             holds("seed: expected an integer, at least 0, not -1"));
  CHECK_THAT(mistakes_of(with_grid("  seed: 4..0\n")), holds("runs backwards"));
}

TEST_CASE("linspace, geomspace and logspace have the end points that they say") {
  const std::string rate = "  train.generator_optimizer.rate: ";
  CHECK(on_axis(plan_of_grid(rate + "{linspace: [0.1, 0.5, 5]}\n"), "train.generator_optimizer.rate") ==
        Strings{"0.1", "0.2", "0.3", "0.4", "0.5"});
  CHECK(on_axis(plan_of_grid(rate + "{geomspace: [1e-4, 1, 5]}\n"), "train.generator_optimizer.rate") ==
        Strings{"1e-4", "0.001", "0.01", "0.1", "1"});
  CHECK(on_axis(plan_of_grid(rate + "{logspace: [-3, -1, 3]}\n"), "train.generator_optimizer.rate") ==
        Strings{"0.001", "0.01", "0.1"});
  CHECK(steps(plan_of_grid("  train.steps: {logspace: [1, 3, 3]}\n")) == std::vector<int64_t>{10, 100, 1000});
}

TEST_CASE("drawn values depend on `draw` alone") {
  const std::string axis = "train.generator_optimizer.rate";
  auto drawn = [&](const std::string& how) {
    return on_axis(plan_of_grid("  " + axis + ": " + how + "\n"), axis);
  };
  const Strings first = drawn("{log_uniform: [1e-5, 1e-2, 4]}");
  CHECK(first == drawn("{log_uniform: [1e-5, 1e-2, 4], draw: 0}"));
  CHECK(first != drawn("{log_uniform: [1e-5, 1e-2, 4], draw: 1}"));
  for (const std::string& text : first) {
    CHECK(std::stod(text) > 1e-5);
    CHECK(std::stod(text) < 1e-2);
  }
  // The same on every machine.
  CHECK(drawn("{uniform: [0, 1, 2], draw: 7}") == Strings{"0.619977375621", "0.114861514109"});
}

TEST_CASE("choice draws different values of a list") {
  const Strings chosen =
      on_axis(plan_of_grid("  train.steps: {choice: [[1, 2, 3, 4, 5], 3], draw: 2}\n"), "train.steps");
  REQUIRE(chosen.size() == 3);
  CHECK(std::set<std::string>(chosen.begin(), chosen.end()).size() == 3);
  CHECK_THAT(mistakes_of(with_grid("  train.steps: {choice: [[1, 2], 3]}\n")),
             holds("can't choose 3 of 2 values"));
}

TEST_CASE("an axis of named cases sets several paths") {
  const Plan plan = plan_of_grid(
      "  method:\n    gan: {divergence: gan}\n"
      "    wgan: {divergence: wasserstein, penalties: [gradient_penalty], train.critic_steps: 5}\n    same: "
      "{}\n");
  CHECK(plan.points == 3);
  CHECK(plan.merged == 1);  // `same` is the base, which is `gan`
  CHECK(on_axis(plan, "method") == Strings{"gan, same", "wgan"});
  CHECK(plan.trials[1].config.train.critic_steps == 5);
  CHECK(plan.trials[1].config.penalties.size() == 1);
}

TEST_CASE("a nested map in a case sets the whole value at its path") {
  const Plan plan = plan_of_grid("  which:\n    a: {train: {batch: 32}}\n    b: {train.batch: 32}\n",
                                 "  train: {steps: 7}\n");
  CHECK(steps(plan) == std::vector<int64_t>{5000, 7});
}

TEST_CASE("a path below a short form makes it a map") {
  const Plan plan = plan_of_grid("  generator.widths: [[8], [16, 16]]\n", "  generator: mlp\n");
  CHECK(on_axis(plan, "generator.widths") == Strings{"[8]", "[16, 16]"});
  CHECK_THAT(plan.trials[0].config.resolved, holds("generator: {use: mlp, widths: [8], activation: relu}"));
}

TEST_CASE("paths lead into lists by number and by name") {
  const std::string base = "  penalties: [gradient_penalty]\n  metrics: [{use: mmd, as: near}, mmd]\n";
  CHECK(plan_of_grid("  penalties.gradient_penalty.weight: [1, 2]\n", base).trials.size() == 2);
  CHECK(plan_of_grid("  penalties.0.weight: [1, 2]\n", base).trials.size() == 2);
  CHECK_THAT(plan_of_grid("  metrics.near.scale: [4]\n", base).trials[0].config.resolved,
             holds("as: near, scale: 4"));
  CHECK_THAT(mistakes_of(with_grid("  penalties.r1.weight: [1]\n", base)), holds("penalties has no 'r1'"));
  CHECK_THAT(mistakes_of(with_grid("  metrics.5.scale: [1]\n", base)), holds("metrics has no '5'"));
}

TEST_CASE("a deeper path is set after a shallower one, whatever their order") {
  const Plan plan = plan_of_grid(
      "  generator.widths: [[8], [16]]\n  which:\n    a: {generator: {use: mlp, activation: tanh}}\n");
  CHECK_THAT(plan.trials[0].config.canonical,
             holds("generator: {activation: tanh, use: mlp, version: 1, widths: [8]}"));
}

TEST_CASE("two that set one path at one point are a mistake") {
  const std::string text =
      mistakes_of(with_grid("  train.steps: [1, 2]\n  which:\n    a: {train.steps: 3}\n"));
  CHECK_THAT(
      text,
      holds("train.steps: set twice at one point: by the axis train.steps and by case a of the axis which"));
  CHECK_THAT(text, holds("1 mistake;"));
}

TEST_CASE("another plugin by `use` does not keep the parameters of the one before") {
  const Plan plan =
      plan_of_grid("  generator.use: [mlp, affine]\n", "  generator: {use: mlp, widths: [4]}\n");
  CHECK_THAT(plan.trials[0].config.canonical, holds("widths: [4]"));
  CHECK_THAT(plan.trials[1].config.canonical, holds("generator: {use: affine, version: 1}"));
}

TEST_CASE("a list of blocks is their union") {
  const Plan plan = plan_of(
      "experiment: e\nbase: {data: ring}\ngrid:\n  - {train.steps: [1, 2]}\n  - {train.batch: [3], seed: "
      "0..1}\n");
  CHECK(plan.trials.size() == 4);
  CHECK(plan.axes == Strings{"train.steps", "train.batch"});
  CHECK(on_axis(plan, "train.batch") == Strings{"-", "-", "3", "3"});
}

TEST_CASE("zip walks axes together") {
  const Plan plan = plan_of_grid("  zip: {train.steps: [1, 2], train.batch: [10, 20]}\n  seed: 0..1\n");
  CHECK(plan.trials.size() == 4);
  CHECK(on_axis(plan, "train.batch") == Strings{"10", "10", "20", "20"});
  CHECK_THAT(mistakes_of(with_grid("  zip: {train.steps: [1, 2], train.batch: [10]}\n")),
             holds("differ in length: train.steps has 2 points, train.batch 1"));
}

TEST_CASE("`when` restricts a block and a case") {
  const Plan block = plan_of_grid(
      "  train.steps: [1, 2, 3]\n  train.batch: [10, 20]\n  when: {train.steps: [1, 3], train.batch: 20}\n");
  CHECK(steps(block) == std::vector<int64_t>{1, 3});
  const Plan one = plan_of_grid(
      "  method:\n    gan: {divergence: gan}\n    mmd: {divergence: mmd, when: {generator.widths: [8, 8]}}\n"
      "  generator.widths: [[8, 8], [4]]\n");
  CHECK(on_axis(one, "method") == Strings{"gan", "gan", "mmd"});
  CHECK(on_axis(one, "generator.widths") == Strings{"[8, 8]", "[4]", "[8, 8]"});
  // By the name of a case, and by a default that nobody wrote.
  CHECK(
      plan_of_grid(
          "  m:\n    a: {seed: 1}\n    b: {seed: 2}\n  when: {m: b, train.first: critic, divergence: gan}\n")
          .trials.size() == 1);
}

TEST_CASE("exclude removes points, include adds them") {
  const Plan plan = plan_of_grid(
      "  m:\n    gan: {}\n    mmd: {divergence: mmd}\n  train.steps: [1, 2]\n"
      "  exclude: [{m: gan, train.steps: 2}]\n  include: [{m: mmd, train.steps: 50, train.batch: 8}]\n");
  CHECK(steps(plan) == std::vector<int64_t>{1, 1, 2, 50});
  CHECK(on_axis(plan, "m") == Strings{"gan", "mmd", "mmd", "mmd"});
  CHECK(plan.axes == Strings{"m", "train.steps", "train.batch"});
  CHECK(on_axis(plan, "train.batch") == Strings{"-", "-", "-", "8"});
}

TEST_CASE("an exclusion that meets nothing is a warning, a grid without points a mistake") {
  CHECK_THAT(plan_of_grid("  train.steps: [1]\n  exclude: [{train.steps: 2}]\n").warnings.at(0),
             holds("matches no point"));
  CHECK_THAT(mistakes_of(with_grid("  train.steps: [1]\n  exclude: [{train.steps: 1}]\n")),
             holds("no point is left"));
}

TEST_CASE("references take the value of another path after the grid has set it") {
  const Plan plan = plan_of_grid("  train.steps: [10, 20]\n",
                                 "  measure:\n    every: ${train.steps}\n    samples: '${keep.samples}'\n");
  CHECK(plan.trials[1].config.measure.every == 20);
  CHECK(plan.trials[1].config.measure.samples == 256);  // a default that nobody wrote
}

TEST_CASE("references within a text, in circles and to nowhere") {
  const std::string csv =
      "experiment: e\nbase: {data: {use: csv, path: '/tmp/${seed}/${train.dtype}.csv'}}\n";
  CHECK_THAT(mistakes_of(csv), holds("there is no file /tmp/0/float32.csv"));
  CHECK_THAT(
      mistakes_of(
          "experiment: e\nbase: {data: ring, train: {steps: '${train.batch}', batch: '${train.steps}'}}\n"),
      holds("leads back to itself"));
  CHECK_THAT(mistakes_of("experiment: e\nbase: {data: ring, train: {steps: '${trian.batch}'}}\n"),
             holds("'trian.batch' is no path of base; did you mean 'train.batch'?"));
  CHECK_THAT(mistakes_of("experiment: e\nbase: {data: ring, prior: {dim: '${prior}'}}\n"),
             holds("leads back to itself"));
}

TEST_CASE("references that double over and over are stopped") {
  std::string base = "  data: ring\n  keep:\n    a0: xxxxxxxxxx\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "${keep.a" + std::to_string(i - 1) + "}";
    base += "    a" + std::to_string(i) + ": '" + before + before + "'\n";
  }
  CHECK_THAT(mistakes_of("experiment: e\nbase:\n" + base), holds("references make more than 100000 values"));
}
