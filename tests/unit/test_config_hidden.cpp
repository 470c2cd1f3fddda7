// Overrides of the command line that the grid overrides in turn are named.
#include "config_fixture.hpp"

using namespace configs;

namespace {

Strings warnings(const std::string& grid, const std::string& override_text, const std::string& base = "") {
  return plan_of_grid(grid, base, {override_text}).warnings;
}

const std::string cases =
    "  m:\n    plain: {}\n    five: {train.critic_steps: 5}\n    three: {train.critic_steps: 3}\n";

}  // namespace

TEST_CASE("a case that sets what an override sets is named, with the path") {
  CHECK(
      warnings(cases, "train.critic_steps=3") ==
      Strings{"train.critic_steps=3 of the command line does not count in the case five of the axis m, which "
              "sets it"});
  CHECK(warnings(cases, "train.critic_steps=5e0").size() == 1);
  CHECK(warnings(cases, "train.critic_steps=2").size() == 2);
}

TEST_CASE("an override of something else, or of what was chosen away, is no matter") {
  CHECK(warnings(cases, "train.steps=3").empty());
  CHECK(plan_of_grid(cases, "", {"train.critic_steps=2", "m=plain"}).warnings.empty());
  CHECK(plan_of_grid(cases, "", {"train.critic_steps=2", "~m"}).warnings.empty());
  CHECK(plan_of_grid(cases, "", {"train.critic_steps=2", "train.critic_steps=3"}).warnings.size() == 1);
}

TEST_CASE("a case that sets what is above or below an override hides it as far as it takes it away") {
  CHECK(
      warnings("  m:\n    a: {critic: {use: mlp, widths: [3]}}\n", "critic.widths=[9]") ==
      Strings{"critic.widths=[9] of the command line does not count in the case a of the axis m, which sets "
              "critic"});
  CHECK(warnings("  m:\n    a: {critic.widths: [3]}\n", "critic={widths: [9], batch_norm: true}").size() ==
        1);
  CHECK(warnings("  m:\n    a: {critic.widths: [3]}\n", "critic={batch_norm: true}").empty());
  CHECK(warnings("  m:\n    a: {critic.widths: [3]}\n", "critic=mlp").empty());
  CHECK(warnings("  m:\n    a: {generator.use: affine}\n", "generator.widths=[9]").size() == 1);
  CHECK(warnings("  m:\n    a: {generator.use: mlp}\n", "generator.widths=[9]").empty());
  CHECK(
      warnings("  m:\n    a: {penalties: []}\n", "penalties.0.weight=3", "  penalties: [gradient_penalty]\n")
          .size() == 1);
}

TEST_CASE("an axis over what is above an override, and an entry of include, hide it too") {
  CHECK(
      warnings("  critic: [mlp, {use: mlp, widths: [3]}]\n", "critic.widths=[9]") ==
      Strings{"critic.widths=[9] of the command line does not count in the axis critic, which sets critic"});
  CHECK(warnings("  seed: 0\n  include: [{train.steps: 9}]\n", "train.steps=3") ==
        Strings{"train.steps=3 of the command line does not count in an entry of `include`, which sets it"});
}
