#include "cli/command.hpp"
#include "cli/json_schema.hpp"

namespace saddle::cli {

void add_schema(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("schema", "A JSON schema of experiment files, for editors");
  verb->footer(
      "For example:\n"
      "  saddle schema >experiment.schema.json\n"
      "and as the first line of an experiment, for editors with the YAML language server:\n"
      "  # yaml-language-server: $schema=experiment.schema.json");
  context.add_plugins_option(*verb);
  verb->callback([&context] {
    context.action = [&context] {
      print(json_schema(context.load_plugins()));
      for (const PluginFailure& failure : context.failures)
        std::fputs(("note: a plugin library could not be used: " + failure.message + "\n").c_str(), stderr);
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
