// What is recorded once and replayed at every later step gives the bits that evaluating anew gives.
#include "check/bed.hpp"
#include "check/same_bits.hpp"
#include "game/trainer.hpp"

namespace saddle::check {
namespace {

struct Run {
  std::map<uint64_t, TrialResult> results;
  std::string refusal;
};

Run run(const std::vector<TrialConfig>& trials, const SharedData& data, bool tapes) {
  std::vector<const TrialConfig*> all;
  for (const TrialConfig& trial : trials) all.push_back(&trial);
  Trainer trainer(all, data, at::kCPU, tapes);
  Run done;
  trainer.run([](int64_t) { return true; },
              [&](const TrialResult& result) { done.results[result.trial->seed] = result; });
  done.refusal = trainer.refusal();
  return done;
}

}  // namespace

Finding replay(const Subject& given) {
  Bed bed = odd_bed();
  bed.train["steps"] = "26";
  bed.sections["measure"] = "{every: 19, samples: 53}";
  const Placed place = placed(odd(given), bed);
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  std::string refusal;
  for (const char* dtype : {"float32", "float64"}) {
    Bed own = *place.bed;
    own.train["dtype"] = dtype;
    if (own.train["dtype"] == "float64") {  // both players from one point and one batch, clipped
      own.train["turns"] = "simultaneous";
      own.train["critic_clip_norm"] = own.train["generator_clip_norm"] = "0.5";
    }
    std::vector<TrialConfig> trials;
    for (uint64_t seed = 0; seed < 3; ++seed) trials.push_back(own.trial(*given.registry, seed));
    const SharedData data = load_data(*trials[0].data, {options_of(trials[0])});
    const Run replayed = run(trials, data, true), evaluated = run(trials, data, false);
    for (const auto& [seed, one] : evaluated.results)
      if (const std::string what = difference(one, replayed.results.at(seed)); !what.empty())
        return {
            Verdict::failed,
            fmt::format(
                "replaying a recorded loss gives other numbers than evaluating it: {}, {}. A plugin keeps "
                "nothing in members that changes from step to step, and changes no tensor of its own",
                what, dtype)};
    refusal = replayed.refusal;
  }
  if (!refusal.empty()) return {Verdict::ok, "evaluated anew at every step, which is slower: " + refusal};
  return {Verdict::ok, "replayed losses give the same bits as evaluated ones, in float32 and float64"};
}

}  // namespace saddle::check
