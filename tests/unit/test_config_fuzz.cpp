// Whatever a file holds, reading it ends, with a plan or with mistakes.
#include <random>

#include "config_fixture.hpp"

using namespace configs;

namespace {

const Strings seeds = {
    "experiment: e\nbase:\n  data: {use: ring, modes: 8}\n  generator: {use: mlp, widths: [64, 64]}\n  "
    "critic: mlp\n"
    "  penalties: [{use: gradient_penalty, weight: 1e-1}]\n  train:\n    steps: 100\n    batch: "
    "${keep.samples}\n"
    "    generator_optimizer: {use: adam, rate: 1e-3}\n  metrics: [modes, {use: mmd, as: near}]\n"
    "grid:\n  method:\n    gan: {divergence: gan}\n    wgan: {divergence: wasserstein, train.critic_steps: "
    "5, when: {seed: [0, 1]}}\n"
    "  generator.widths: [[64, 64], [128]]\n  zip: {train.dtype: [float32, float64], penalties.0.weight: [1, "
    "2]}\n"
    "  seed: 0..3\n  exclude: [{method: gan, seed: 1}]\n  include: [{method: wgan, seed: 9}]\n",
    "experiment: 'e'\non_illegal: skip\nbase: &b\n  data: \"images\"\n  head: tanh\n  prior: {dim: 0x10}\n"
    "grid:\n  - train.steps: {geomspace: [1, 1000, 4]}\n    seed: {choice: [[1, 2, 3], 2], draw: 5}\n"
    "  - train.batch: {linspace: [1, 9, 3]}\n    when:\n      divergence: gan\n  - {head: [tanh, linear]}\n"};

std::string mutated(const std::string& text, std::mt19937& random) {
  static const Strings pieces = {"{",   "}",    "[",     "]",     ": ",      "- ",   "\n",   "'",     "\"",
                                 "&a ", "*a",   "${",    "}",     "..",      "#",    "\t",   "!",     "|",
                                 ">",   "?",    "%",     "@",     "~",       "\x01", "\xff", "1e999", "-",
                                 ",",   "<<: ", "---\n", "use: ", "when: {", "\r"};
  std::string result = text;
  const size_t changes = 1 + random() % 4;
  for (size_t i = 0; i < changes && !result.empty(); ++i) {
    const size_t at = random() % result.size();
    switch (random() % 5) {
      case 0:
        result.resize(at);
        break;
      case 1:
        result.insert(at, pieces[random() % pieces.size()]);
        break;
      case 2:
        result.erase(at, 1 + random() % 8);
        break;
      case 3:
        result[at] = static_cast<char>(32 + random() % 95);
        break;
      default:
        result.insert(at, result.substr(random() % result.size(), random() % 40));
        break;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("truncated and mutated experiments give a plan or mistakes, never anything else") {
  std::mt19937 random(1);
  size_t plans = 0, wrong = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = mutated(seeds[random() % seeds.size()], random);
    INFO(text);
    try {
      const Plan plan = plan_of(text);
      ++plans;
    } catch (const UserError& e) {
      ++wrong;
      if (e.diagnostics().empty()) FAIL("no mistake is named");
    }
  }
  CHECK(plans > 30);
  CHECK(wrong > 1000);
}

TEST_CASE("mutated overrides give a plan or mistakes") {
  std::mt19937 random(2);
  const Strings arguments = {"train.steps=1,2",
                             "method=gan,wgan",
                             "~seed",
                             "generator.widths=[64,64],[128]",
                             "critic={use: mlp, widths: [1]}",
                             "penalties.0.weight=1e-3",
                             "seed=0..3"};
  for (int i = 0; i < 1500; ++i) {
    const std::string argument = mutated(arguments[random() % arguments.size()], random);
    INFO(argument);
    try {
      plan_of(seeds[0], {argument});
    } catch (const UserError&) {
    }
  }
  SUCCEED();
}
