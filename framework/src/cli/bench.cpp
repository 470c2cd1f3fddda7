#include "bench/bench.hpp"

#include "cli/command.hpp"

namespace saddle::cli {

void add_bench(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("bench", "How fast training, planner and runner are on this machine");
  auto settings = std::make_shared<bench::Settings>();
  auto format = std::make_shared<FormatOption>();
  verb->add_option("--seconds", settings->seconds, "For each measurement of training")
      ->check(CLI::Range(0.01, 100000.0));
  verb->add_option("--rounds", settings->rounds, "Rounds; the table shows their median")
      ->check(CLI::Range(1, 100000));
  verb->add_flag("--quick", settings->quick, "One very short round, to see that everything runs");
  verb->add_option("--only", settings->only, fmt::format("Some of {}", fmt::join(bench::group_names(), ", ")))
      ->type_name("GROUPS")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(bench::group_names()));
  verb->add_option("--peers", settings->peers,
                   "A Python with JAX and PyTorch, to compare with in the same run")
      ->type_name("PYTHON");
  verb->add_option("--device", settings->device, "cpu or cuda");
  format->add(*verb);
  context.add_plugins_option(*verb);
  verb->callback([settings, format, &context] {
    context.action = [settings, format, &context] {
      check_device(settings->device);
      settings->program = context.program;
      const analysis::Format chosen = format->get();
      const Registry registry = context.load_plugins();
      const bool for_programs = chosen == analysis::Format::csv || chosen == analysis::Format::json;
      print(table_of(bench::run(*settings, registry), for_programs).render(chosen, terminal_width()));
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
