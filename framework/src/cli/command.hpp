// What every verb shares. A verb is one file: it adds its options and sets what is to be done.
#pragma once
#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/table.hpp"
#include "plugin/loader.hpp"
#include "plugin/registry.hpp"

namespace saddle::cli {

enum ExitCode {
  done = 0,
  verdict_fail = 1,
  user_error = 2,
  plugin_error = 3,
  trial_failed = 4,
  our_bug = 70,
  interrupted = 130,
};

/// The program and the plugins that it was told to use.
struct Context {
  std::filesystem::path program;             ///< this executable
  std::vector<std::filesystem::path> given;  ///< --plugins
  std::vector<PluginFailure> failures;       ///< libraries that were found and could not be used
  std::function<int()> action;               ///< what the command line asks for

  /// The build's or installation's plugin folder, those of SADDLE_PLUGIN_PATH, those of --plugins.
  std::vector<std::filesystem::path> plugin_folders() const;
  /// All but the first of them.
  std::vector<std::filesystem::path> extra_folders() const;
  Registry load_plugins();
  /// What find_package(Saddle) reads: the folder of SaddleConfig.cmake.
  std::filesystem::path package_folder() const;
  /// "kind.name" of the libraries that could not be used, and why.
  std::map<std::string, std::string> broken() const;
  void add_plugins_option(CLI::App& verb);
};

/// --format and --json.
struct FormatOption {
  std::string name = "text";
  bool json = false;
  void add(CLI::App& verb, const std::string& formats = "text|markdown|latex|csv|json");
  analysis::Format get() const;
};

/// What the user typed for this program: the launcher says how it was called.
std::string called_as();

/// Throws UserError unless it is cpu, or cuda where there is such a device.
void check_device(const std::string& device);
/// Throws UserError unless `kernels` is empty or one of native, fma, portable.
void check_kernels(const std::string& kernels, const std::string& whose = "--kernels");

/// Columns of the terminal on standard output; 0 where there is none.
size_t terminal_width();
void print(const std::string& text);

void add_run(CLI::App& app, Context& context);
void add_plan(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_measure(CLI::App& app, Context& context);
void add_plugins(CLI::App& app, Context& context);
void add_new(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_schema(CLI::App& app, Context& context);
void add_reproduce(CLI::App& app, Context& context);
void add_bench(CLI::App& app, Context& context);
void add_worker(CLI::App& app, Context& context);

/// The whole program: parses, acts, reports what is wrong. Returns the exit code.
int run_program(int argc, char** argv);

}  // namespace saddle::cli
