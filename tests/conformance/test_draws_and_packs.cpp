// Generators that draw and feed back, packed games and critics that look at the batch, in whole trials: lanes
// stay apart, tapes replay the same bits, and identities stay what they were.
#include "check/bed.hpp"
#include "check/same_bits.hpp"
#include "conformance/everything.hpp"
#include "game/trainer.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

std::map<uint64_t, TrialResult> run_in_groups(const std::vector<TrialConfig>& trials, size_t lanes,
                                              bool tapes) {
  const SharedData data = load_data(*trials[0].data, {check::options_of(trials[0])});
  std::map<uint64_t, TrialResult> results;
  for (size_t begin = 0; begin < trials.size(); begin += lanes) {
    std::vector<const TrialConfig*> group;
    for (size_t i = begin; i < std::min(begin + lanes, trials.size()); ++i) group.push_back(&trials[i]);
    Trainer(group, data, at::kCPU, tapes)
        .run([](int64_t) { return true; }, [&](const TrialResult& r) { results[r.trial->seed] = r; });
  }
  return results;
}

struct Case {
  const char* name;
  std::map<std::string, std::string> sections, train;
};

const char* sequences = "{use: motif_sequences, length: 7}";

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"packed", {{"penalties", "[gradient_penalty]"}}, {{"packing", "7"}}},
      {"packed, relativistic, noisy",
       {{"divergence", "relativistic_average"}, {"penalties", "[instance_noise]"}},
       {{"packing", "11"}}},
      {"discrimination",
       {{"critic", "{use: mlp, widths: [9, 7], minibatch: discrimination, kernels: 3}"}},
       {}},
      {"standard deviation",
       {{"critic", "{use: mlp, widths: [9, 7], minibatch: std, statistics: both}"}},
       {{"packing", "7"}}},
      {"mixture, shared",
       {{"generator", "{use: mixture, widths: [9, 7], share: all_but_first, gradient: relaxed}"}},
       {}},
      {"fixed mixture", {{"generator", "{use: mixture, weights: [3, 0, 1, 1], learned: false}"}}, {}},
      {"gru, relaxed",
       {{"data", sequences},
        {"generator", "{use: gru, widths: [9]}"},
        {"head", "gumbel_softmax"},
        {"metrics", "[]"}},
       {}},
      {"gru, straight-through, cooled",
       {{"data", sequences},
        {"generator", "{use: gru, widths: [9, 5], latents: every_position}"},
        {"head", "{use: gumbel_softmax, gradient: straight_through}"},
        {"metrics", "[]"}},
       {{"temperature_schedule", "{use: exponential, final: 0.1}"}}},
      {"gru, score function, packed",
       {{"data", sequences},
        {"generator", "{use: gru, widths: [9]}"},
        {"head", "{use: gumbel_softmax, gradient: score_function}"},
        {"metrics", "[]"}},
       {{"packing", "7"}}},
      {"gru in an autoencoder",
       {{"data", sequences},
        {"objective", "{use: vae, likelihood: head}"},
        {"encoder", "{use: mlp, widths: [9]}"},
        {"generator", "{use: gru, widths: [9]}"},
        {"head", "gumbel_softmax"},
        {"metrics", "[]"}},
       {}}};
  return all;
}

std::vector<TrialConfig> trials_of(const Case& one) {
  std::vector<TrialConfig> trials;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    check::Bed bed = check::odd_bed();
    bed.train["steps"] = "16";  // enough to be trained by tapes
    for (const auto& [key, value] : one.sections) bed.sections[key] = value;
    for (const auto& [key, value] : one.train) bed.train[key] = value;
    trials.push_back(bed.trial(checked_registry(), seed));
  }
  return trials;
}

}  // namespace

TEST_CASE("what draws, feeds back, is packed or looks at the batch keeps lanes apart and replays") {
  for (const Case& one : cases()) {
    INFO(one.name);
    const auto trials = trials_of(one);
    REQUIRE(check::objection(trials[0]).empty());
    const auto alone = run_in_groups(trials, 1, false), together = run_in_groups(trials, 3, false),
               replayed = run_in_groups(trials, 3, true);
    for (const auto& [seed, result] : alone) {
      CHECK(result.outcome == Outcome::done);
      CHECK(check::difference(result, together.at(seed)).empty());
      CHECK(check::difference(result, replayed.at(seed)).empty());
    }
  }
}

TEST_CASE("packing counts in a trial's identity where there is a critic, and as 1 nowhere") {
  const auto id = [](const std::string& divergence, const std::string& packing) {
    check::Bed bed = check::odd_bed();
    bed.sections["divergence"] = divergence;
    if (!packing.empty()) bed.train["packing"] = packing;
    return bed.trial(checked_registry(), 0).id;
  };
  CHECK(id("gan", "") == id("gan", "1"));
  CHECK(id("gan", "") != id("gan", "7"));
  CHECK(id("mmd", "") == id("mmd", "7"));
}
