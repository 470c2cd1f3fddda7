#include "analysis/compare.hpp"

#include "cli/command.hpp"

namespace saddle::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> stores, metrics;
  std::string rows, cols;
  FormatOption format;
};

}  // namespace

void add_compare(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("compare", "A table of metrics: mean over trials with a 95 % interval");
  auto options = std::make_shared<CompareOptions>();
  verb->add_option("STORE", options->stores, "Stores: PATH, PATH.h5 or PATH.study")->required();
  auto* rows = verb->add_option("--rows", options->rows, "Axes that make the rows, separated by commas")
                   ->type_name("AXES");
  auto* cols = verb->add_option("--cols", options->cols, "Axes that make the columns, separated by commas")
                   ->type_name("AXES");
  verb->add_option("--metric", options->metrics, "Metrics to show (default: all)")
      ->type_name("NAMES")
      ->allow_extra_args(false);
  options->format.add(*verb);
  verb->callback([options, rows, cols, &context] {
    context.action = [options, rows, cols] {
      analysis::CompareOptions o;
      if (rows->count() > 0) o.rows = options->rows;
      if (cols->count() > 0) o.cols = options->cols;
      o.metrics = options->metrics;
      o.format = options->format.get();
      o.width = terminal_width();
      std::vector<store::Store> stores;
      for (const auto& path : options->stores) stores.push_back(store::Store::open(path));
      print(analysis::compare(stores, o));
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
