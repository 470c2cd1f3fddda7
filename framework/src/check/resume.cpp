// A trial that goes on from a checkpoint ends as it would have without: what a plugin remembers from step to
// step is declared, and none of it is in its own members.
#include "check/bed.hpp"
#include "check/same_bits.hpp"
#include "game/trainer.hpp"

namespace saddle::check {
namespace {

using Results = std::map<uint64_t, TrialResult>;

void run(Trainer& trainer, Results& results, const Trainer::Saving& saving = {}) {
  trainer.run([](int64_t) { return true; },
              [&](const TrialResult& result) { results[result.trial->seed] = result; }, saving);
}

std::string compare(const std::vector<TrialConfig>& trials, int64_t cut) {
  const SharedData data = load_data(*trials[0].data, {options_of(trials[0])});
  std::vector<const TrialConfig*> all;
  for (const TrialConfig& trial : trials) all.push_back(&trial);
  std::map<uint64_t, Checkpoint> saved;
  Results whole, resumed;
  Trainer uninterrupted(all, data);
  run(uninterrupted, whole,
      {[&](int64_t steps) { return steps >= cut && saved.empty(); },
       [&](const Checkpoint& c) { saved.insert_or_assign(c.so_far.trial->seed, c); }});
  // Alone, and in another order.
  for (const std::vector<uint64_t>& group : {std::vector<uint64_t>{1}, std::vector<uint64_t>{2, 0}}) {
    std::vector<const TrialConfig*> some;
    std::vector<Checkpoint> checkpoints;
    for (const uint64_t seed : group)
      if (saved.contains(seed)) {
        some.push_back(all[seed]);
        checkpoints.push_back(saved.at(seed));
      }
    if (some.empty()) continue;
    Trainer trainer(some, data);
    trainer.resume(checkpoints);
    run(trainer, resumed);
  }
  for (const auto& [seed, result] : resumed)
    if (const std::string what = difference(whole.at(seed), result); !what.empty()) return what;
  return {};
}

}  // namespace

Finding resume(const Subject& given) {
  Bed bed = odd_bed();
  bed.train["average"] = "exponential";
  bed.train["steps"] = "20";  // enough to be trained by tapes, before and after most cuts
  bed.sections["measure"] = "{every: 2, samples: 53}";
  const Placed place = placed(odd(given), bed);
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  for (const int64_t cut : {1, 4, 16}) {
    Bed own = *place.bed;
    own.train["dtype"] = cut == 4 ? "float64" : "float32";
    std::vector<TrialConfig> trials;
    for (uint64_t seed = 0; seed < 3; ++seed) trials.push_back(own.trial(*given.registry, seed));
    if (const std::string what = compare(trials, cut); !what.empty())
      return {Verdict::failed,
              fmt::format("a trial that goes on from its checkpoint of step {} gives other numbers: {}. What "
                          "lasts from step to step is declared state, never a member",
                          cut, what)};
  }
  return {Verdict::ok,
          "trials that go on from checkpoints of steps 1, 4 and 16, in other groups, have the same bits"};
}

}  // namespace saddle::check
