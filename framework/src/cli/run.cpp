#include <cmath>
#include <optional>

#include "analysis/compare.hpp"
#include "cli/run.hpp"
#include "cli/sweep_end.hpp"
#include "config/parse_trial.hpp"
#include "config/plan.hpp"
#include "config/texts.hpp"
#include "store/reader.hpp"
#include "sweep/cores.hpp"
#include "sweep/progress.hpp"
#include "sweep/runner.hpp"
#include "sweep/study.hpp"

namespace saddle::cli {
namespace {

// What is to be trained, whichever way it was named.
struct Target {
  store::StorePaths paths;
  store::Plan plan;
  std::vector<TrialConfig> trials;  // not the skipped ones
  std::vector<std::string> notes, warnings;
};

// PATH is the beginning of two names, PATH.h5 and PATH.study: it needs a last word of its own.
store::StorePaths paths_from(const std::string& out) {
  const auto is_name = [](const std::filesystem::path& last) {
    return !last.empty() && last != "." && last != ".." && last != ".h5" && last != ".study";
  };
  const store::StorePaths paths = store::store_paths(out);
  if (is_name(std::filesystem::path(out).filename()) && is_name(paths.base.filename())) return paths;
  throw UserError(fmt::format(
      "--out {}: PATH stands for two names, PATH.h5 and PATH.study, and must end in a name of its "
      "own: --out {}; nothing was run",
      out.empty() ? "''" : out, (std::filesystem::path(out).parent_path() / "NAME").string()));
}

Target from_file(const RunOptions& o, const Registry& registry, Context& context) {
  const std::vector<std::string> overrides(o.words.begin() + 1, o.words.end());
  Plan plan = make_plan(read_experiment(o.words[0], overrides), registry, context.broken());
  Target target{
      paths_from(o.out.value_or(plan.experiment)), to_store_plan(plan), {}, plan.notes, plan.warnings};
  if (plan.merged > 0)
    target.notes.insert(target.notes.begin(),
                        fmt::format("{} of {} points merged: points that train the same are "
                                    "one trial",
                                    plan.merged, plan.points));
  for (PlannedTrial& trial : plan.trials)
    if (!trial.skipped) target.trials.push_back(std::move(trial.config));
  return target;
}

Target from_store(const RunOptions& o, const Registry& registry) {
  if (o.words.size() > 1 || o.out)
    throw UserError("a store is run again as it was planned; overrides and --out go with an experiment file");
  const store::Store opened = store::Store::open(o.words[0]);
  Target target{opened.paths(), opened.plan(), {}, {}, {}};
  for (const store::PlanRow& row : target.plan.rows)
    if (row.status != store::Status::skipped) target.trials.push_back(parse_trial(row.resolved, registry));
  return target;
}

bool is_store(const std::string& word) {
  const std::filesystem::path path = word;
  if (path.extension() == ".yaml" || path.extension() == ".yml") return false;
  return path.extension() == ".h5" || path.extension() == ".study" ||
         store::store_exists(store::store_paths(path));
}

std::vector<store::Status> statuses_from(const std::vector<std::string>& names) {
  std::vector<store::Status> statuses;
  for (const std::string& name : names) {
    const auto status = store::status_from(name);
    if (!status)
      throw UserError(
          fmt::format("--retry {}: there is no such status; results are done, collapsed, "
                      "diverged, dead_critic and stalled",
                      name));
    statuses.push_back(*status);
  }
  return statuses;
}

void tell(const RunOptions& o, const std::string& line) {
  if (!o.quiet) std::fputs((line + "\n").c_str(), stderr);
}

std::string work_text(const Work& work, const std::map<std::string, int64_t>& saved, size_t skipped) {
  std::string text = fmt::format("{} to train", work.train.size());
  const auto resumed = std::count_if(work.train.begin(), work.train.end(),
                                     [&](const TrialConfig* trial) { return saved.contains(trial->id); });
  if (resumed > 0) text += fmt::format(" ({} from a checkpoint)", resumed);
  if (!work.measure.empty()) text += fmt::format(", {} to measure again", work.measure.size());
  if (work.kept > 0) text += fmt::format(", {} done already", work.kept);
  if (skipped > 0) text += fmt::format(", {} skipped", skipped);
  return text;
}

// Every metric but the numbered columns (moments.mean.17) of data with many dimensions: those are for
// `compare`.
std::vector<std::string> metrics_to_show(const store::TrialTable& table) {
  std::vector<std::string> shown;
  size_t numbered = 0;
  const auto all = table.names_after("metric.");
  for (const std::string& name : all) {
    const std::string last = name.substr(name.rfind('.') + 1);
    const bool is_number =
        last.size() < name.size() && last.find_first_not_of("0123456789") == std::string::npos;
    if (last == "low" || last == "high") continue;
    if (is_number && ++numbered > 4) continue;
    shown.push_back(name);
  }
  return shown;
}

}  // namespace

int run_experiment(const RunOptions& o, Context& context) {
  if (o.launcher != "local") throw UserError(fmt::format("--launcher {}: there is only local", o.launcher));
  check_kernels(o.kernels);
  check_device(o.device);
  if (o.timeout && !(std::isfinite(*o.timeout) && *o.timeout > 0))
    throw UserError(fmt::format("--timeout {}: expected a number of seconds above 0", *o.timeout));
  if (!(std::isfinite(o.checkpoint) && o.checkpoint >= 0))
    throw UserError(
        fmt::format("--checkpoint {}: expected a number of seconds, or 0 for none", o.checkpoint));
  if (o.out) paths_from(*o.out);
  const auto retry = statuses_from(o.retry);
  const Registry registry = context.load_plugins();
  Target target = is_store(o.words[0]) ? from_store(o, registry) : from_file(o, registry, context);
  for (const std::string& note : target.notes) tell(o, "note: " + note);
  for (const std::string& warning : target.warnings) tell(o, "warning: " + warning);
  check_same_experiment(target.paths, target.plan.experiment);

  const StudyLock lock(target.paths);
  std::vector<const TrialConfig*> trials;
  for (const TrialConfig& trial : target.trials) trials.push_back(&trial);
  Work work = work_left(target.paths, trials, retry);
  const std::string kernels = choose_kernels(o.kernels, work);
  for (const std::string& note : work.notes) tell(o, "note: " + note);
  if (!work.created.empty()) target.plan.created = work.created;
  store::freeze_plan(target.paths, target.plan);

  RunnerSettings settings;
  settings.store = target.paths;
  settings.store.base = std::filesystem::absolute(target.paths.base);
  settings.program = context.program;
  settings.plugin_folders = context.extra_folders();
  // A GPU does many lanes in about the time of one.
  const bool on_cpu = o.device == "cpu";
  settings.jobs = o.jobs > 0 ? o.jobs : on_cpu ? cores() : 1;
  if (!on_cpu) settings.threads = std::max<int64_t>(1, cores() / settings.jobs);
  settings.device = o.device;
  settings.kernels = kernels;
  settings.timeout = o.timeout.value_or(0);
  settings.checkpoint = o.checkpoint;
  settings.quiet = o.quiet;
  auto saved = saved_steps(target.paths, trials, work);
  if (o.checkpoint == 0) saved.clear();
  const int64_t lanes = o.lanes > 0 ? o.lanes : on_cpu ? 16 : 256;
  auto groups = make_groups(work.train, work.measure, lanes, settings.jobs, saved, on_cpu ? 3 : 1);
  tell(o,
       fmt::format("{}: {}: {}; {}, {}", target.plan.experiment, counted(target.plan.rows.size(), "trial"),
                   work_text(work, saved, target.plan.rows.size() - trials.size()),
                   counted(groups.size(), "group"),
                   counted(std::min<size_t>(static_cast<size_t>(settings.jobs), groups.size()), "worker")));
  const RunnerSummary summary = run_groups(settings, std::move(groups));
  const SweepEnd end = end_sweep(summary, target.paths);
  if (!end.merged) return end.code;

  const store::Store opened = store::Store::open(target.paths.base);
  if (o.table && !opened.table().names_after("metric.").empty()) {
    analysis::CompareOptions table;
    table.metrics = metrics_to_show(opened.table());
    table.width = terminal_width();
    print(analysis::compare({opened}, table));
  }
  const std::string file = target.paths.file.string();
  if (o.table)
    tell(o, fmt::format("\n{0} holds everything. Next:\n  {1} compare {0} --rows … --cols … --metric …\n"
                        "  {1} status {0}\n  {1} show {0} {2}",
                        file, called_as(), target.trials.empty() ? "ID" : target.trials[0].id.substr(0, 8)));
  if (summary.interrupted) tell(o, "interrupted; the same command goes on where it stopped");
  return end.code;
}

void add_run(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("run", "Trains every point of an experiment's grid and compares them");
  auto o = std::make_shared<RunOptions>();
  verb->add_option(
          "FILE|STORE", o->words,
          "An experiment file, then overrides: key=value, key=a,b, ~key; or a store, to go on with it")
      ->required();
  verb->add_option("--out", o->out,
                   "The store: PATH.h5 and PATH.study (default: the experiment's name, here)")
      ->type_name("PATH");
  verb->add_option("--jobs", o->jobs, "Worker processes (default: the cores; 1 on a GPU)")
      ->check(CLI::Range(1, 100000));
  verb->add_option("--lanes", o->lanes, "Most trials that train together (default: 16; 256 on a GPU)")
      ->check(CLI::Range(1, 100000));
  verb->add_option("--launcher", o->launcher, "local");
  verb->add_option("--retry", o->retry, "Train results of this status again: diverged, collapsed, …")
      ->type_name("STATUS")
      ->allow_extra_args(false);
  verb->add_option("--timeout", o->timeout, "Seconds that a trial may take (default: no limit)");
  verb->add_option("--checkpoint", o->checkpoint,
                   "Seconds between the checkpoints of a trial that trains so long (default: 60; 0: none)")
      ->type_name("SECONDS");
  verb->add_option("--device", o->device, "cpu or cuda");
  verb->add_option("--kernels", o->kernels,
                   "native; fma for no products through bfloat16 parts; portable for the same bits on any "
                   "x86-64 or ARM processor "
                   "(default: the store's, or native)");
  verb->add_flag("--quiet", o->quiet, "No progress and no hints");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return run_experiment(*o, context); }; });
}

}  // namespace saddle::cli
