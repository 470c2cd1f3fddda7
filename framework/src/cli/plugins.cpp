#include "cli/reference.hpp"

#include "cli/command.hpp"

namespace saddle::cli {
namespace {

struct PluginsOptions {
  std::string kind, name;
  FormatOption format;
};

}  // namespace

void add_plugins(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("plugins", "What is there to build experiments from, and its parameters");
  auto options = std::make_shared<PluginsOptions>();
  verb->add_option("KIND", options->kind, "data, prior, generator, …");
  verb->add_option("NAME", options->name, "One plugin");
  options->format.add(*verb, "text|markdown|json");
  context.add_plugins_option(*verb);
  verb->callback([options, &context] {
    context.action = [options, &context] {
      const Registry registry = context.load_plugins();
      print(reference(registry, options->kind, options->name, options->format.get()));
      for (const PluginFailure& failure : context.failures)
        std::fputs(("note: a plugin library could not be used: " + failure.message + "\n").c_str(), stderr);
      return ExitCode::done;
    };
  });
}

}  // namespace saddle::cli
