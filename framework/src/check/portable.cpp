// With --kernels portable, a plugin's bits are those of any processor, as far as ATen's operators go.
#include "check/bed.hpp"
#include "check/processor_operators.hpp"
#include "game/trainer.hpp"

namespace saddle::check {

Finding portable(const Subject& given) {
  Bed bed = odd_bed();
  bed.train["steps"] = "3";
  bed.sections["measure"] = "{every: 1, samples: 53}";
  const Placed place = placed(odd(given), bed);
  if (!place.bed) return {Verdict::skipped, "not with what it's tried beside: " + place.reason};
  std::set<std::string> all;
  for (const char* dtype : {"float32", "float64"}) {
    Bed own = *place.bed;
    own.train["dtype"] = dtype;
    const TrialConfig trial = own.trial(*given.registry);
    const SharedData data = load_data(*trial.data, {options_of(trial)});
    all.merge(processor_operators([&] {
      Trainer({&trial}, data, at::kCPU, /*replays=*/false)
          .run([](int64_t) { return true; }, [](const TrialResult&) {});
    }));
  }
  if (all.empty())
    return {Verdict::ok, "every operator that it computes by is exact, or replaced by --kernels portable"};
  return {
      Verdict::skipped,
      fmt::format("with --kernels portable, too, its last bits may differ from processor to processor: it "
                  "computes by {}",
                  fmt::join(all, ", "))};
}

}  // namespace saddle::check
