#include "bench/clock.hpp"
#include "bench/measure.hpp"
#include "game/trainer.hpp"

namespace saddle::bench {
namespace {

std::unique_ptr<Trainer> trainer_of(const std::vector<TrialConfig>& trials, const at::Device& device) {
  std::vector<const TrialConfig*> lanes;
  for (const TrialConfig& trial : trials) lanes.push_back(&trial);
  const auto options = at::TensorOptions(at::kFloat).device(device);
  return std::make_unique<Trainer>(lanes, load_data(*trials[0].data, {options}), device);
}

}  // namespace

double training_speed(const Work& work, double seconds, const Context& context) {
  const auto trials = trials_of(work, context.registry);
  const auto trainer = trainer_of(trials, context.settings.device);
  const Clock clock;
  std::optional<std::pair<int64_t, double>> warm;
  int64_t steps = 0;
  double time = 0;
  trainer->run(
      [&](int64_t done) {
        const double now = clock.seconds();
        if (!warm) {
          if (now > 0.1 * seconds) warm = {done, now};
          return true;
        }
        steps = done - warm->first;
        time = now - warm->second;
        return now < seconds;
      },
      [](const TrialResult&) {});
  return static_cast<double>(steps * work.lanes) / time;
}

double whole_training_speed(const Work& work, const Context& context) {
  const auto trials = trials_of(work, context.registry);
  const auto trainer = trainer_of(trials, context.settings.device);
  const Clock clock;
  trainer->run([](int64_t) { return true; }, [](const TrialResult&) {});
  return static_cast<double>(work.steps * work.lanes) / clock.seconds();
}

}  // namespace saddle::bench
