#include <map>
#include <optional>

#include "cli/command.hpp"
#include "config/texts.hpp"
#include "store/merge.hpp"
#include "store/reader.hpp"

namespace saddle::cli {
namespace {

struct StatusOptions {
  std::string store;
  bool merge = false, trials = false;
  FormatOption format;
};

// What there is to say of a trial that is not simply done, planned or being trained.
std::optional<store::TrialRecord> remark(const store::Store& opened, size_t row) {
  const std::string status = opened.table().find("status")->text(row);
  if (status == "done" || status == "planned" || status == "running") return {};
  return opened.trial(opened.table().find("id")->text(row), store::Part::summary);
}

// A row a trial: how it stands, and where it lies in the grid.
analysis::Table list_trials(const store::Store& opened) {
  const store::TrialTable& table = opened.table();
  std::vector<analysis::Heading> headings{{"id"}, {"status"}, {"seed", analysis::Align::right}};
  const auto axes = table.names_after("param.");
  for (const std::string& axis : axes) headings.push_back({axis});
  headings.push_back({"steps", analysis::Align::right});
  headings.push_back({"reason"});
  analysis::Table list(headings);
  for (size_t row = 0; row < table.rows(); ++row) {
    std::vector<analysis::Cell> cells;
    for (const char* name : {"id", "status", "seed"}) cells.emplace_back(table.find(name)->text(row));
    for (const std::string& axis : axes) cells.emplace_back(table.find("param." + axis)->text(row));
    cells.emplace_back(static_cast<int64_t>(table.find("steps")->number(row)));
    const auto record = remark(opened, row);
    cells.emplace_back(record ? record->reason : std::string());
    list.row(std::move(cells));
  }
  return list;
}

int status(const StatusOptions& o) {
  const store::StorePaths paths = store::store_paths(o.store);
  if (o.merge && std::filesystem::exists(paths.study)) {
    const auto report = store::merge(paths);
    std::fputs(fmt::format("{}: {} merged\n", paths.file.string(),
                           counted(static_cast<size_t>(report.merged + report.carried_over), "trial"))
                   .c_str(),
               stderr);
  }
  const store::Store opened = store::Store::open(o.store);
  const store::TrialTable& table = opened.table();
  if (o.trials) {
    analysis::Table list = list_trials(opened);
    for (const std::string& sentence : opened.unreadable()) list.note(sentence);
    print(list.render(o.format.get(), terminal_width()));
    return ExitCode::done;
  }
  const store::Column *statuses = table.find("status"), *seconds = table.find("seconds");
  analysis::Table counts(
      {{"status"}, {"trials", analysis::Align::right}, {"seconds", analysis::Align::right}});
  counts.title(fmt::format("{}: {} planned", opened.plan().experiment,
                           counted(static_cast<size_t>(table.rows()), "trial")));
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
  std::map<std::string, std::vector<std::string>> skipped;  // by the reason
  for (size_t row = 0; row < table.rows(); ++row) {
    const auto record = remark(opened, row);
    if (!record) continue;
    if (record->status == store::Status::skipped)
      skipped[record->reason].push_back(record->id);
    else
      counts.note(fmt::format("{} {} at step {}{}{}", record->id, statuses->text(row), record->reason_step,
                              record->reason.empty() ? "" : ": ", record->reason));
  }
  for (const auto& [reason, ids] : skipped)
    counts.note(fmt::format("{} skipped{}: {}", ids.front(),
                            ids.size() > 1 ? fmt::format(" and {} more", ids.size() - 1) : "", reason));
  for (const std::string& sentence : opened.unreadable()) counts.note(sentence);
  print(counts.render(o.format.get(), terminal_width()));
  return ExitCode::done;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("status", "How far a study is");
  auto options = std::make_shared<StatusOptions>();
  verb->add_option("STORE", options->store, "PATH, PATH.h5 or PATH.study")->required();
  verb->add_flag("--merge", options->merge, "Merge what is finished into PATH.h5");
  verb->add_flag("--trials", options->trials, "List the trials one by one");
  options->format.add(*verb);
  verb->callback([options, &context] { context.action = [options] { return status(*options); }; });
}

}  // namespace saddle::cli
