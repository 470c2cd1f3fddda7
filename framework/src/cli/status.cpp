#include "cli/command.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"

namespace saddle::cli {
namespace {

struct Options {
  std::string store;
  bool merge = false, trials = false;
  FormatOption format;
};

// A row a trial: how it stands, and where it lies in the grid.
analysis::Table list_trials(const store::TrialTable& table) {
  std::vector<analysis::Heading> headings{{"id"}, {"status"}, {"seed", analysis::Align::right}};
  const auto axes = table.names_after("param.");
  for (const std::string& axis : axes) headings.push_back({axis});
  analysis::Table list(headings);
  for (size_t row = 0; row < table.rows(); ++row) {
    std::vector<analysis::Cell> cells;
    for (const char* name : {"id", "status", "seed"}) cells.emplace_back(table.find(name)->text(row));
    for (const std::string& axis : axes) cells.emplace_back(table.find("param." + axis)->text(row));
    list.row(std::move(cells));
  }
  return list;
}

int status(const Options& o) {
  const store::StorePaths paths = store::store_paths(o.store);
  if (o.merge && std::filesystem::exists(paths.study)) {
    const auto report = store::merge(paths);
    std::fputs(fmt::format("{}: {} trials merged\n", paths.file.string(), report.merged + report.carried_over)
                   .c_str(),
               stderr);
  }
  const store::Store opened = store::Store::open(o.store);
  const store::TrialTable& table = opened.table();
  if (o.trials) {
    print(list_trials(table).render(o.format.get(), terminal_width()));
    return ExitCode::done;
  }
  const store::Column *ids = table.find("id"), *statuses = table.find("status"),
                      *seconds = table.find("seconds");
  analysis::Table counts(
      {{"status"}, {"trials", analysis::Align::right}, {"seconds", analysis::Align::right}});
  counts.title(fmt::format("{}: {} trials planned", opened.plan().experiment, table.rows()));
  for (const store::Status s : store::all_statuses()) {
    int64_t count = 0;
    double time = 0;
    for (size_t row = 0; row < table.rows(); ++row)
      if (statuses->text(row) == store::to_text(s)) {
        ++count;
        if (const double t = seconds->number(row); std::isfinite(t)) time += t;
      }
    if (count > 0) counts.row({std::string(store::to_text(s)), count, std::round(time * 100) / 100});
  }
  // What went wrong, with the way to it.
  for (size_t row = 0; row < table.rows(); ++row) {
    const std::string s = statuses->text(row), id = ids->text(row);
    if (s == "done" || s == "planned" || !opened.has(id)) continue;
    const auto record = opened.trial(id, store::Part::summary);
    counts.note(fmt::format("{} {} at step {}: {}", id, s, record.reason_step, record.reason));
  }
  for (const std::string& sentence : opened.unreadable()) counts.note(sentence);
  print(counts.render(o.format.get(), terminal_width()));
  return ExitCode::done;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("status", "How far a study is");
  auto options = std::make_shared<Options>();
  verb->add_option("STORE", options->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_flag("--merge", options->merge, "Merge what is finished into PATH.h5");
  verb->add_flag("--trials", options->trials, "List the trials one by one");
  options->format.add(*verb);
  verb->callback([options, &context] { context.action = [options] { return status(*options); }; });
}

}  // namespace saddle::cli
