#include "config/plan.hpp"

#include "cli/command.hpp"

namespace saddle::cli {
namespace {

struct PlanOptions {
  std::vector<std::string> words;  // FILE, then overrides
  int64_t lanes = 16;
  FormatOption format;
};

}  // namespace

void add_plan(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("plan", "What an experiment would run, without running it");
  auto options = std::make_shared<PlanOptions>();
  verb->add_option("FILE", options->words, "An experiment file, then overrides: key=value, key=a,b, ~key")
      ->required();
  verb->add_option("--lanes", options->lanes, "Most trials that train together")
      ->check(CLI::Range(1, 100000));
  options->format.add(*verb, "text|json");
  context.add_plugins_option(*verb);
  verb->callback([options, &context] {
    context.action = [options, &context] {
      const Registry registry = context.load_plugins();
      const std::vector<std::string> overrides(options->words.begin() + 1, options->words.end());
      const Plan plan = make_plan(read_experiment(options->words[0], overrides), registry, context.broken());
      const auto format = options->format.get();
      if (format == analysis::Format::json)
        print(plan_json(plan, options->lanes));
      else if (format == analysis::Format::text)
        print(plan_text(plan, options->lanes));
      else
        throw UserError("a plan is shown as text or json");
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
