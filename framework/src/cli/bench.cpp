#include "sweep/bench.hpp"

#include "cli/command.hpp"

namespace saddle::cli {

void add_bench(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("bench", "How fast training, planner and runner are on this machine");
  auto settings = std::make_shared<BenchSettings>();
  auto format = std::make_shared<FormatOption>();
  verb->add_option("--seconds", settings->seconds, "For each measurement of training")
      ->check(CLI::Range(1, 100000));
  verb->add_option("--rounds", settings->rounds, "Rounds; the table shows their median")
      ->check(CLI::Range(1, 100000));
  verb->add_option("--peers", settings->peers, "A Python with PyTorch, to compare with in the same run")
      ->type_name("PYTHON");
  format->add(*verb);
  context.add_plugins_option(*verb);
  verb->callback([settings, format, &context] {
    context.action = [settings, format, &context] {
      settings->program = context.program;
      const Registry registry = context.load_plugins();
      print(bench(*settings, registry).render(format->get(), terminal_width()));
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
