#include <fmt/ranges.h>

#include "cli/command.hpp"
#include "cli/sweep_end.hpp"
#include "config/add_metrics.hpp"
#include "config/parse_trial.hpp"
#include "config/texts.hpp"
#include "store/reader.hpp"
#include "sweep/runner.hpp"
#include "sweep/study.hpp"

namespace saddle::cli {
namespace {

struct MeasureOptions {
  std::string store;
  std::vector<std::string> metrics;
  int64_t jobs = 1;
  std::string device = "cpu", kernels;
  bool quiet = false;
};

// A metric that the store defines otherwise must not be overwritten by the way: numbers of two definitions
// would share a name.
void check_definitions(const TrialConfig& before, const TrialConfig& after) {
  for (const PartPtr& metric : after.metrics)
    for (const PartPtr& old : before.metrics)
      if (old->as == metric->as && old->canonical != metric->canonical)
        throw UserError(fmt::format(
            "this store measures another metric under the name '{}': {}. Nothing was measured. Give yours a "
            "name of its own, as: NAME, in {}",
            old->as, old->canonical, metric->canonical));
}

// The store's trials with further metrics, and its plan that holds them.
struct Extended {
  store::Plan plan;
  std::vector<TrialConfig> trials;  // not the skipped ones
  bool changed = false;             // a metric is new
};

Extended extend(const store::Store& opened, const std::vector<std::string>& metrics,
                const Registry& registry) {
  Extended all{opened.plan(), {}, false};
  for (store::PlanRow& row : all.plan.rows) {
    if (row.status == store::Status::skipped) continue;
    const TrialConfig before = parse_trial(row.resolved, registry);
    row.resolved = add_metrics(row.resolved, metrics, registry);
    TrialConfig after = parse_trial(row.resolved, registry);
    check_definitions(before, after);
    all.changed = all.changed || after.metrics.size() > before.metrics.size();
    row.metrics = metric_names(after);
    all.trials.push_back(std::move(after));
  }
  return all;
}

void tell(const MeasureOptions& o, const std::string& line) {
  if (!o.quiet) std::fputs((line + "\n").c_str(), stderr);
}

int measure(const MeasureOptions& o, Context& context) {
  check_device(o.device);
  check_kernels(o.kernels);
  const Registry registry = context.load_plugins();
  const store::Store opened = store::Store::open(o.store);
  const Extended extended = extend(opened, o.metrics, registry);
  const StudyLock lock(opened.paths());
  std::vector<const TrialConfig*> recorded;
  for (const TrialConfig& trial : extended.trials)
    if (opened.has(trial.id)) recorded.push_back(&trial);
  Work work = work_left(opened.paths(), recorded, {});
  RunnerSettings settings;
  settings.kernels = choose_kernels(o.kernels, work);
  for (const std::string& note : work.notes) tell(o, "note: " + note);
  if (!extended.changed && work.measure.empty()) {
    tell(o, fmt::format("{} holds {} already, measured as asked; there is nothing to do",
                        opened.paths().base.string(), fmt::join(o.metrics, ", ")));
    return ExitCode::done;
  }
  store::freeze_plan(opened.paths(), extended.plan);
  settings.store = opened.paths();
  settings.store.base = std::filesystem::absolute(opened.paths().base);
  settings.program = context.program;
  settings.plugin_folders = context.extra_folders();
  settings.jobs = o.jobs;
  settings.device = o.device;
  settings.quiet = o.quiet;
  const RunnerSummary summary = run_groups(settings, make_groups({}, work.measure, 1, o.jobs));
  const SweepEnd end = end_sweep(summary, opened.paths());
  if (!end.merged) return end.code;
  tell(o, fmt::format("{} measured; {} compare {} shows them",
                      counted(static_cast<size_t>(summary.measured), "trial"), called_as(),
                      opened.paths().file.string()));
  return end.code;
}

}  // namespace

void add_measure(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("measure", "Further metrics of a store, from its weights, without training");
  auto o = std::make_shared<MeasureOptions>();
  verb->add_option("STORE", o->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_option("METRIC", o->metrics,
                   "Metrics as in an experiment file: mmd, '{use: precision_recall, k: 5, as: pr5}'")
      ->required();
  verb->add_option("--jobs", o->jobs, "Worker processes")->check(CLI::Range(1, 100000));
  verb->add_option("--device", o->device, "cpu or cuda");
  verb->add_option("--kernels", o->kernels,
                   "native, fma or portable (default: what the store was trained with)");
  verb->add_flag("--quiet", o->quiet, "No progress and no hints");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return measure(*o, context); }; });
}

}  // namespace saddle::cli
