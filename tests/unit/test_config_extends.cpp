// `extends` and the overrides of the command line.
#include <fstream>

#include "config_fixture.hpp"

using namespace configs;

namespace {

/// Files in a folder that goes when the test ends.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("saddle_extends_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_ / "sub");
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

Plan plan_file(const std::string& path, const Strings& overrides = {}) {
  return make_plan(read_experiment(path, overrides), fakes::registry());
}

const std::string parent =
    "experiment: parent\nbase:\n  data: ring\n  generator: {use: mlp, widths: [4]}\n  divergence: gan\n  "
    "metrics: [mmd]\n"
    "  train: {steps: 10, generator_optimizer: {use: adam, rate: 0.1}}\ngrid:\n  method:\n    a: {seed: 1}\n "
    "   b: {seed: 2}\n"
    "  train.batch: [1, 2]\n";

std::string wrong(const std::string& path) {
  try {
    plan_file(path);
  } catch (const UserError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a file that extends another merges maps and replaces lists and scalars") {
  const Folder folder;
  folder.file("parent.yaml", parent);
  const Plan plan = plan_file(folder.file(
      "sub/child.yaml",
      "extends: ../parent.yaml\nexperiment: child\nbase:\n  train: {batch: 7}\n  metrics: [modes]\n"
      "grid:\n  train.batch: [3]\n  method:\n    c: {seed: 3}\n"));
  CHECK(plan.experiment == "child");
  CHECK(plan.trials.size() == 3);
  CHECK(on_axis(plan, "method") == Strings{"a", "b", "c"});
  CHECK(plan.trials[0].config.train.steps == 10);
  CHECK(plan.trials[0].config.train.batch == 3);
  CHECK(plan.trials[0].config.metrics.at(0)->as == "modes");
}

TEST_CASE("a part keeps its parameters under the same plugin and loses them under another") {
  const Folder folder;
  folder.file("parent.yaml", parent);
  const Plan same =
      plan_file(folder.file("same.yaml", "extends: parent.yaml\nbase: {generator: {activation: tanh}}\n"));
  CHECK_THAT(same.trials[0].config.canonical,
             holds("generator: {activation: tanh, use: mlp, version: 1, widths: [4]}"));
  const Plan other = plan_file(folder.file(
      "other.yaml", "extends: parent.yaml\nbase: {generator: affine, train: {generator_optimizer: sgd}}\n"));
  CHECK_THAT(other.trials[0].config.canonical, holds("generator: {use: affine, version: 1}"));
  CHECK_THAT(other.trials[0].config.canonical, holds("generator_optimizer: {use: sgd, version: 1}"));
}

TEST_CASE("mistakes point into the file that they are in") {
  const Folder folder;
  folder.file("parent.yaml", parent + "  train.steps: [0]\n");
  const std::string text =
      wrong(folder.file("child.yaml", "extends: parent.yaml\nbase: {train: {batch: 0}}\n"));
  CHECK_THAT(
      text,
      holds("parent.yaml:13:17: train.steps: 0 is not at least 1 (grid axis train.steps, point 1 of 1)"));
  CHECK_THAT(text, holds("child.yaml:2:23: train.batch: 0 is not at least 1"));
}

TEST_CASE("files that extend one another in a circle, or nothing, are mistakes") {
  const Folder folder;
  folder.file("a.yaml", "extends: b.yaml\n");
  CHECK_THAT(wrong(folder.file("b.yaml", "extends: a.yaml\nexperiment: e\nbase: {data: ring}\n")),
             holds("extends itself"));
  CHECK_THAT(wrong(folder.file("c.yaml", "extends: nothing.yaml\nexperiment: e\nbase: {data: ring}\n")),
             holds("c.yaml:1:10: extends:"));
  CHECK_THAT(wrong(folder.file("d.yaml", "extends: [a]\nexperiment: e\nbase: {data: ring}\n")),
             holds("expected the path of a file"));
}

TEST_CASE("key=value sets base and removes the axis") {
  const Plan plan = plan_of_grid("  train.steps: [1, 2]\n  seed: 0..1\n", "", {"train.steps=1e3", "seed=4"});
  REQUIRE(plan.trials.size() == 1);
  CHECK(plan.trials[0].config.train.steps == 1000);
  CHECK(plan.trials[0].config.seed == 4);
  CHECK(plan.axes.empty());
}

TEST_CASE("key=a,b makes an axis, and brackets hold a list together") {
  CHECK(steps(plan_of_grid("  seed: [0]\n", "", {"train.steps=3,4"})) == std::vector<int64_t>{3, 4});
  CHECK(on_axis(plan_of_grid("  seed: [0]\n", "", {"generator.widths=[64,64],[128,128]"}),
                "generator.widths") == Strings{"[64, 64]", "[128, 128]"});
  CHECK_THAT(plan_of_grid("  seed: [0]\n", "", {"generator.widths=[1,2]"}).trials[0].config.canonical,
             holds("widths: [1, 2]"));
  CHECK(plan_of("experiment: e\nbase: {data: ring}\n", {"seed=0..3"}).trials.size() == 4);
  CHECK(plan_of("experiment: e\nbase: {data: ring}\n", {"data={use: ring, modes: 3}"}).trials.size() == 1);
}

TEST_CASE("of two overrides of one key the last wins, and cases are chosen among those that the first left") {
  const auto after = [](const Strings& overrides) {
    return steps(plan_of_grid("  train.steps: [1, 2]\n", "", overrides));
  };
  CHECK(after({"train.steps=3", "train.steps=4"}) == std::vector<int64_t>{4});
  CHECK(after({"train.steps=3", "train={steps: 4}"}) == std::vector<int64_t>{4});
  CHECK(after({"train={steps: 4}", "train.steps=3"}) == std::vector<int64_t>{3});
  CHECK(after({"train.steps=3,4", "train.steps=5"}) == std::vector<int64_t>{5});
  CHECK(after({"train.steps=5", "train.steps=3,4"}) == std::vector<int64_t>{3, 4});
  const std::string cases = "  method:\n    a: {train.steps: 1}\n    b: {train.steps: 2}\n    c: {}\n";
  CHECK(on_axis(plan_of_grid(cases, "", {"method=c,a", "method=a"}), "method") == Strings{"a"});
  CHECK_THAT(mistakes_of(with_grid(cases), {"method=c,a", "method=b"}), holds("the axis has no case 'b'"));
}

TEST_CASE("~key removes an axis") {
  CHECK(plan_of_grid("  train.steps: [1, 2]\n  seed: 0..1\n", "", {"~train.steps"}).trials.size() == 2);
  CHECK_THAT(mistakes_of(with_grid("  train.steps: [1, 2]\n"), {"~train.step"}),
             holds("the grid has no such axis; did you mean 'train.steps'?"));
}

TEST_CASE("values for an axis of named cases choose cases") {
  const std::string grid =
      "  method:\n    a: {train.steps: 1}\n    b: {train.steps: 2}\n    c: {train.steps: 3}\n";
  CHECK(on_axis(plan_of_grid(grid, "", {"method=c,a"}), "method") == Strings{"c", "a"});
  CHECK(on_axis(plan_of_grid(grid, "", {"method=b"}), "method") == Strings{"b"});
  CHECK_THAT(mistakes_of(with_grid("  method:\n    gan: {}\n"), {"method=gann"}),
             holds("the axis has no case 'gann'; did you mean 'gan'?"));
}

TEST_CASE("an override that is wrong is a mistake on the command line") {
  const std::string text = mistakes_of("experiment: e\nbase: {data: ring}\n",
                                       {"trian.steps=1", "train.steps=x", "nonsense", "train.batch="});
  CHECK_THAT(text, holds("command line: trian.steps: there is no such setting; did you mean 'train.steps'?"));
  CHECK_THAT(text, holds("command line: train.steps: expected an integer, not the text 'x'\n      | "
                         "train.steps=x\n      |             ^"));
  CHECK_THAT(text, holds("'nonsense' is no override"));
  CHECK_THAT(text, holds("command line: train.batch: an empty value"));
  CHECK_THAT(text, holds("4 mistakes; nothing was run."));
}

TEST_CASE("the plan keeps the file's text and the overrides apart") {
  const std::string text = "experiment: e\nbase: {data: ring}\n";
  const Plan plan = plan_of(text, {"seed=1"});
  CHECK(plan.text == text);
  CHECK(plan.overrides == Strings{"seed=1"});
}
