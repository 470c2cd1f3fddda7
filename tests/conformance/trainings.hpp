// Short trainings that meet every registered plugin, with each of its choices.
#pragma once
#include "check/bed.hpp"
#include "check/object.hpp"
#include "conformance/everything.hpp"
#include "game/trainer.hpp"

namespace saddle::testing {

/// Two lanes through three steps, measured at each. With `replays`, by tapes where there can be some.
inline std::vector<TrialResult> train_two(check::Bed bed, const std::string& dtype, bool replays) {
  bed.train["steps"] = "3";
  bed.train["dtype"] = dtype;
  bed.sections["measure"] = "{every: 1, samples: 53}";
  const std::vector<TrialConfig> trials{bed.trial(checked_registry(), 0), bed.trial(checked_registry(), 1)};
  const SharedData data = load_data(*trials[0].data, {check::options_of(trials[0])});
  Trainer trainer({&trials[0], &trials[1]}, data, at::kCPU, replays);
  std::vector<TrialResult> results(2);
  trainer.run([](int64_t) { return true; },
              [&](TrialResult result) { results[result.trial == &trials[0] ? 0 : 1] = std::move(result); });
  for (TrialResult& result : results) result.trial = nullptr;
  return results;
}

/// f(name, bed) for every plugin with its defaults and with each choice of each parameter, and again for
/// heads under objectives that ask for a likelihood.
template <class F>
void each_training(F f) {
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject = check::odd({plugin, &checked_registry(), example(*plugin)});
      for (const check::Settings& settings : check::choices(subject)) {
        const check::Subject varied{plugin, subject.registry, settings};
        check::Placed placed;
        try {
          placed = check::placed(varied, check::odd_bed());
        } catch (const std::exception&) {
          continue;  // this choice wants others changed, too
        }
        if (!placed.bed) continue;
        std::string name = fmt::format("{} {}", kind_name(kind), plugin->name());
        for (const auto& [key, value] : settings)
          if (!subject.settings.contains(key)) name += fmt::format(" {}={}", key, value);
        f(name, *placed.bed);
        if (kind != Kind::head) continue;
        for (const char* objective : {"maximum_likelihood", "vae"}) {
          check::Bed other = *placed.bed;
          other.sections["objective"] = objective;
          if (std::string(objective) == "vae") other.sections["encoder"] = "{use: mlp, widths: [37, 30]}";
          if (check::objection(other.trial(checked_registry())).empty()) f(name + " " + objective, other);
        }
      }
    }
}

}  // namespace saddle::testing
