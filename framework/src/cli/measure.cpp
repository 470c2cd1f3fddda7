#include "cli/command.hpp"
#include "config/add_metrics.hpp"
#include "config/parse_trial.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"
#include "sweep/runner.hpp"
#include "sweep/study.hpp"

namespace saddle::cli {
namespace {

struct Options {
  std::string store;
  std::vector<std::string> metrics;
  int64_t jobs = 1;
  bool quiet = false;
};

int measure(const Options& o, Context& context) {
  const Registry registry = context.load_plugins();
  const store::Store opened = store::Store::open(o.store);
  const StudyLock lock(opened.paths());
  store::Plan plan = opened.plan();
  std::vector<TrialConfig> trials;
  for (store::PlanRow& row : plan.rows) {
    if (row.status == store::Status::skipped) continue;
    row.resolved = add_metrics(row.resolved, o.metrics, registry);
    trials.push_back(parse_trial(row.resolved, registry));
  }
  std::vector<const TrialConfig*> recorded;
  for (const TrialConfig& trial : trials)
    if (opened.has(trial.id)) recorded.push_back(&trial);
  Work work = work_left(opened.paths(), recorded, {});
  for (const std::string& note : work.notes) std::fputs(("note: " + note + "\n").c_str(), stderr);
  store::freeze_plan(opened.paths(), plan);
  RunnerSettings settings;
  settings.store = opened.paths();
  settings.store.base = std::filesystem::absolute(opened.paths().base);
  settings.program = context.program;
  settings.plugin_folders = context.extra_folders();
  settings.jobs = o.jobs;
  settings.quiet = o.quiet;
  const RunnerSummary summary = run_groups(settings, make_groups({}, work.measure, 1, o.jobs));
  for (const std::string& complaint : summary.complaints) std::fputs((complaint + "\n").c_str(), stderr);
  store::merge(opened.paths());
  if (!o.quiet)
    std::fputs(fmt::format("{} trials measured; saddle compare {} shows them\n", summary.measured,
                           opened.paths().file.string())
                   .c_str(),
               stderr);
  if (summary.interrupted) return ExitCode::interrupted;
  return summary.failed > 0 ? ExitCode::trial_failed : ExitCode::done;
}

}  // namespace

void add_measure(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("measure", "Further metrics of a store, from its weights, without training");
  auto o = std::make_shared<Options>();
  verb->add_option("STORE", o->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_option("METRIC", o->metrics,
                   "Metrics as in an experiment file: mmd, '{use: precision_recall, k: 5, as: pr5}'")
      ->required();
  verb->add_option("--jobs", o->jobs, "Worker processes")->check(CLI::Range(1, 100000));
  verb->add_flag("--quiet", o->quiet, "No progress and no hints");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return measure(*o, context); }; });
}

}  // namespace saddle::cli
