// With --kernels portable, a plugin's bits are those of any processor, as far as ATen's operators go.
#include "check/bed.hpp"
#include "check/object.hpp"
#include "check/processor_operators.hpp"
#include "game/trainer.hpp"

namespace saddle::check {
namespace {

/// A choice may want others changed, too.
Placed placed_or_reason(const Subject& subject, const Bed& bed) {
  try {
    return placed(subject, bed);
  } catch (const std::exception& e) {
    return {std::nullopt, e.what()};
  }
}

}  // namespace

Finding portable(const Subject& subject) {
  Bed bed = odd_bed();
  bed.train["steps"] = "3";
  bed.sections["measure"] = "{every: 1, samples: 53}";
  std::set<std::string> all;
  std::string reason;
  int tried = 0;
  for (const Settings& settings : choices(odd(subject))) {
    const Subject varied{subject.plugin, subject.registry, settings};
    const Placed place = placed_or_reason(varied, bed);
    if (!place.bed) {
      if (reason.empty()) reason = place.reason;
      continue;
    }
    ++tried;
    for (const char* dtype : {"float32", "float64"}) {
      Bed own = *place.bed;
      own.train["dtype"] = dtype;
      const TrialConfig trial = own.trial(*subject.registry);
      all.merge(processor_operators([&] {
        const SharedData data = load_data(*trial.data, {options_of(trial)});
        Trainer({&trial}, data, at::kCPU, /*replays=*/false)
            .run([](int64_t) { return true; }, [](const TrialResult&) {});
      }));
    }
  }
  if (tried == 0) return {Verdict::skipped, "not with what it's tried beside: " + reason};
  if (all.empty())
    return {Verdict::ok, "every operator that it computes by is exact, or replaced by --kernels portable"};
  return {
      Verdict::skipped,
      fmt::format("with --kernels portable, too, its last bits may differ from processor to processor: it "
                  "computes by {}",
                  fmt::join(all, ", "))};
}

}  // namespace saddle::check
