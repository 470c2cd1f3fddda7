// What is not finite ends a trial as diverged, with the step and the part; what ends as done is finite.
#include "check/bed.hpp"
#include "game/trainer.hpp"

namespace saddle::check {
namespace {

std::string first_not_finite(const TrialResult& result) {
  for (const auto& [name, weights] : result.weights)
    if (!weights.isfinite().all().item<bool>()) return "weights " + name;
  for (const auto& [name, curve] : result.series)
    if (name.find("loss") != std::string::npos)
      for (const double value : curve.values)
        if (!std::isfinite(value)) return "series " + name;
  return {};
}

}  // namespace

Finding overflow(const Subject& given) {
  Subject subject = given;
  if (subject.plugin->kind() == Kind::optimizer && subject.plugin->schema->find("rate"))
    subject.settings["rate"] = "1e30";
  Bed bed = odd_bed();
  bed.train["steps"] = "20";
  // Updates that take any parameter out of float32 within a few steps.
  bed.train["generator_optimizer"] = bed.train["critic_optimizer"] = "{use: sgd, rate: 1e30}";
  const Placed place = placed(subject, bed);
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  const TrialConfig trial = place.bed->trial(*subject.registry);
  std::vector<TrialResult> results;
  Trainer({&trial}, load_data(*trial.data, {options_of(trial)}))
      .run([](int64_t) { return true; }, [&](TrialResult r) { results.push_back(std::move(r)); });
  const TrialResult& result = results.at(0);
  if (result.outcome == Outcome::diverged && result.reason.empty())
    return {Verdict::failed, fmt::format("a trial diverged at step {} and nobody knows why", result.steps)};
  if (result.outcome == Outcome::diverged)
    return {Verdict::ok,
            fmt::format("with a rate of 1e30 a trial diverges at step {}: {}", result.steps, result.reason)};
  const std::string bad = first_not_finite(result);
  if (!bad.empty()) return {Verdict::failed, "a trial ends as done, and these are not finite: " + bad};
  return {Verdict::ok, "with a rate of 1e30 everything stays finite"};
}

}  // namespace saddle::check
