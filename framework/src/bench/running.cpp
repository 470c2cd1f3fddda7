#include <unistd.h>

#include "bench/clock.hpp"
#include "bench/measure.hpp"
#include "config/plan.hpp"
#include "store/merge.hpp"
#include "sweep/runner.hpp"

namespace saddle::bench {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() / fmt::format("saddle-bench-{}", getpid())) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

double planner_seconds(const Registry& registry) {
  const auto source = std::make_shared<const Source>(
      Source{"bench.yaml",
             "experiment: bench\nbase: {data: ring}\ngrid:\n  divergence: [gan, kl, jsd, hellinger]\n"
             "  generator.widths: [[32, 32], [64, 64], [128, 128], [256, 256], [64, 64, 64]]\n"
             "  train.generator_optimizer.rate: {logspace: [-5, -2, 50]}\n  seed: 0..9\n"});
  const Clock clock;
  const Plan plan = make_plan(read_experiment(source), registry);
  const double seconds = clock.seconds();
  if (plan.trials.size() != 10000) throw std::runtime_error("the planner's bench has lost points");
  return seconds;
}

double sweep_seconds(const Settings& settings, const std::vector<TrialConfig>& trials, int64_t lanes,
                     int64_t workers) {
  const TemporaryFolder folder;
  std::vector<const TrialConfig*> pointers;
  store::Plan plan;
  plan.experiment = "bench";
  for (const TrialConfig& trial : trials) {
    store::PlanRow row;
    row.id = trial.id;
    row.config = trial.canonical;
    row.resolved = trial.resolved;
    plan.rows.push_back(std::move(row));
    pointers.push_back(&trial);
  }
  RunnerSettings runner;
  runner.store = store::store_paths(folder.path() / "bench");
  runner.program = settings.program;
  runner.device = settings.device;
  runner.quiet = true;
  runner.jobs = workers;
  const Clock clock;
  store::freeze_plan(runner.store, plan);
  const RunnerSummary summary = run_groups(runner, make_groups(pointers, {}, lanes, workers));
  store::merge(runner.store, plan);
  const double seconds = clock.seconds();
  if (summary.done != trials.size()) throw std::runtime_error("the runner's bench has lost trials");
  return seconds;
}

}  // namespace saddle::bench
