#include "sweep/worker.hpp"

#include "cli/command.hpp"

namespace saddle::cli {

// Not for people: `saddle run` starts its workers through it.
void add_worker(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("worker", "")->group("");
  auto settings = std::make_shared<WorkerSettings>();
  auto path = std::make_shared<std::string>();
  verb->add_option("--store", *path)->required();
  verb->add_option("--device", settings->device);
  verb->add_option("--kernels", settings->kernels);
  verb->add_option("--threads", settings->threads);
  verb->add_option("--checkpoint", settings->checkpoint);
  context.add_plugins_option(*verb);
  verb->callback([settings, path, &context] {
    context.action = [settings, path, &context] {
      settings->store = {*path, *path + ".h5", *path + ".study"};
      const Registry registry = context.load_plugins();
      return run_worker(*settings, registry);
    };
  });
}

}  // namespace saddle::cli
