#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cli/command.hpp"
#include "schema/suggest.hpp"

namespace saddle::cli {
namespace {

void complain(const std::string& text) { std::fputs(text.c_str(), stderr); }

int act(Context& context) {
  try {
    if (const char* kernels = std::getenv("SADDLE_KERNELS")) check_kernels(kernels, "SADDLE_KERNELS");
    return context.action();
  } catch (const UserError& e) {
    complain(std::string(e.what()) + "\n");
    return user_error;
  } catch (const PluginError& e) {
    complain(std::string(e.what()) + "\n");
    return plugin_error;
  } catch (
      const std::filesystem::filesystem_error& e) {  // no permission, no such folder, something in the way
    complain(fmt::format("{}: {}\n", e.path1().string(), e.code().message()));
    return user_error;
  } catch (const std::exception& e) {
    complain(
        fmt::format("this is a mistake in Saddle, not in your input; please report it:\n{}\n", e.what()));
    return our_bug;
  }
}

}  // namespace

int run_program(int argc, char** argv) {
  Context context;
  context.program = std::filesystem::read_symlink("/proc/self/exe");
  CLI::App app("Saddle: experiments with adversarial and other implicit generative models", "saddle");
  app.set_version_flag("--version", "saddle " SADDLE_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  add_run(app, context);
  add_plan(app, context);
  add_status(app, context);
  add_compare(app, context);
  add_show(app, context);
  add_measure(app, context);
  add_plugins(app, context);
  add_new(app, context);
  add_check(app, context);
  add_schema(app, context);
  add_reproduce(app, context);
  add_bench(app, context);
  add_worker(app, context);
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    if (!verb->get_group().empty()) verbs.push_back(verb->get_name());
  const std::string first = argc > 1 ? argv[1] : "-";
  if (first[0] != '-' && first != "worker" && std::find(verbs.begin(), verbs.end(), first) == verbs.end()) {
    complain(fmt::format("saddle: there is no verb '{}'{}\nThe verbs are {}.\n", argv[1],
                         did_you_mean(argv[1], verbs), fmt::join(verbs, ", ")));
    return user_error;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    app.exit(e, std::cout, std::cerr);
    return user_error;
  }
  return act(context);
}

}  // namespace saddle::cli
