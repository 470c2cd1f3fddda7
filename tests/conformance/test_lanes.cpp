// A lane's result does not depend on its neighbours, bit for bit on the CPU, whichever plugin is used.
#include <cstring>

#include "check/bed.hpp"
#include "conformance/everything.hpp"
#include "game/trainer.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// By seed, in groups of so many lanes.
std::map<uint64_t, TrialResult> run_in_groups(const std::vector<TrialConfig>& trials, size_t lanes) {
  const SharedData data = load_data(*trials[0].data, {check::options_of(trials[0])});
  std::map<uint64_t, TrialResult> results;
  for (size_t begin = 0; begin < trials.size(); begin += lanes) {
    std::vector<const TrialConfig*> group;
    for (size_t i = begin; i < std::min(begin + lanes, trials.size()); ++i) group.push_back(&trials[i]);
    Trainer(group, data)
        .run([](int64_t) { return true; }, [&](const TrialResult& r) { results[r.trial->seed] = r; });
  }
  return results;
}

void check_same_weights(const TrialResult& a, const TrialResult& b) {
  CHECK(a.outcome == b.outcome);
  CHECK(a.steps == b.steps);
  REQUIRE(a.weights.size() == b.weights.size());
  for (size_t i = 0; i < a.weights.size(); ++i) {
    INFO(a.weights[i].first);
    CHECK(std::memcmp(a.weights[i].second.const_data_ptr(), b.weights[i].second.const_data_ptr(),
                      a.weights[i].second.nbytes()) == 0);
  }
}

}  // namespace

TEST_CASE("a lane's bits do not depend on its neighbours, whichever plugin is used") {
  CHECK(hold("lanes") > 80);
}

TEST_CASE("lanes with rates of their own give the bits that they give alone") {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    check::Bed bed = check::odd_bed();
    bed.train["generator_optimizer"] =
        fmt::format("{{use: adam, rate: {}}}", 0.001 * static_cast<double>(seed + 1));
    trials.push_back(bed.trial(checked_registry(), seed));
  }
  REQUIRE(trials[0].structural == trials[1].structural);
  REQUIRE(trials[0].id != trials[1].id);
  const auto alone = run_in_groups(trials, 1), together = run_in_groups(trials, 3);
  for (const auto& [seed, result] : alone) check_same_weights(result, together.at(seed));
}

TEST_CASE("a lane that diverges ends there, and its neighbours go on as if it had not been there") {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    check::Bed bed = check::odd_bed();
    bed.sections["divergence"] = "kl";
    bed.train["critic_optimizer"] = fmt::format("{{use: sgd, rate: {}}}", seed == 1 ? 1e30 : 0.001);
    trials.push_back(bed.trial(checked_registry(), seed));
  }
  const auto alone = run_in_groups(trials, 1), together = run_in_groups(trials, 3);
  CHECK(together.at(1).outcome == Outcome::diverged);
  CHECK(together.at(1).steps < 7);
  CHECK(together.at(1).reason != "");
  for (const uint64_t seed : {uint64_t{0}, uint64_t{2}}) CHECK(together.at(seed).outcome == Outcome::done);
  for (const auto& [seed, result] : alone) check_same_weights(result, together.at(seed));
}
