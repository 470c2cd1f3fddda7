#include "check/check.hpp"

#include <ATen/Parallel.h>

#include <nlohmann/json.hpp>

#include "check/box.hpp"
#include "cli/command.hpp"
#include "schema/suggest.hpp"

namespace saddle::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> libraries;
  std::vector<std::string> settings;  // name=value
  bool json = false;
};

/// The libraries' plugins, added to the registry where they are not there already.
std::vector<const RegisteredPlugin*> plugins_of(const fs::path& library, Registry& registry) {
  if (!fs::is_regular_file(library))
    throw UserError(fmt::format("{}: there is no such file; a plugin's library is build/plugins/KIND.NAME.so",
                                library.string()));
  const Manifest& manifest = open_plugin(library);
  std::vector<const RegisteredPlugin*> plugins;
  for (uint32_t i = 0; i < manifest.count; ++i) {
    const PluginEntry& entry = manifest.entries[i];
    const RegisteredPlugin* known = registry.find(entry.kind, entry.name);
    if (!known || !fs::equivalent(known->library, library)) registry.add(entry, library);
    plugins.push_back(registry.find(entry.kind, entry.name));
  }
  return plugins;
}

/// What --set says, by parameter. Each must be a parameter of one of the plugins at least.
std::map<std::string, std::string> settings_from(const std::vector<std::string>& words,
                                                 const std::vector<const RegisteredPlugin*>& plugins) {
  std::vector<std::string> names;
  for (const RegisteredPlugin* plugin : plugins)
    for (const ParamSpec& spec : plugin->schema->params()) names.push_back(spec.name);
  std::map<std::string, std::string> settings;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (equals == std::string::npos) throw UserError(fmt::format("--set {}: expected PARAMETER=VALUE", word));
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw UserError(fmt::format("--set {}: there is no such parameter{}", word, did_you_mean(name, names)));
    settings[name] = word.substr(equals + 1);
  }
  return settings;
}

const char* verdict_name(check::Verdict verdict) {
  switch (verdict) {
    case check::Verdict::ok:
      return "ok";
    case check::Verdict::failed:
      return "FAILED";
    case check::Verdict::skipped:
      return "skipped";
  }
  return "";
}

int check_plugins(const Options& o, Context& context) {
  at::set_num_threads(1);  // as in a worker
  Registry registry = context.load_plugins();
  std::vector<const RegisteredPlugin*> plugins;
  for (const std::string& library : o.libraries)
    for (const RegisteredPlugin* plugin : plugins_of(library, registry)) plugins.push_back(plugin);
  const auto settings = settings_from(o.settings, plugins);
  check::add_partners(registry);

  size_t done = 0, failed = 0;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const RegisteredPlugin* plugin : plugins) {
    check::Subject subject{plugin, &registry, {}};
    for (const auto& [name, value] : settings)
      if (plugin->schema->find(name)) subject.settings[name] = value;
    if (!o.json)
      print(fmt::format("{} {} ({})\n", kind_name(plugin->kind()), plugin->name(), plugin->library.string()));
    for (const check::Check& check : check::all()) {
      if (!check.concerns(subject)) continue;
      const check::Finding finding = check::run(check, subject);
      const char* verdict = verdict_name(finding.verdict);
      ++done;
      if (finding.verdict == check::Verdict::failed) ++failed;
      if (o.json)
        json.push_back({{"kind", kind_name(plugin->kind())},
                        {"name", plugin->name()},
                        {"check", check.name},
                        {"promise", check.promise},
                        {"verdict", verdict},
                        {"text", finding.text}});
      else
        print(fmt::format("  {:<8} {:<12} {}\n", verdict, check.name, finding.text));
    }
  }
  if (o.json)
    print(json.dump(2) + "\n");
  else
    print(fmt::format("{} checks, {} failed\n", done, failed));
  return failed > 0 ? ExitCode::plugin_error : ExitCode::done;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("check", "Whether a plugin keeps what plugins of its kind promise");
  auto o = std::make_shared<Options>();
  verb->add_option("PLUGIN.so", o->libraries, "A plugin's library")->required();
  verb->add_option("--set", o->settings, "Checks it with another value of a parameter")
      ->type_name("PARAMETER=VALUE")
      ->allow_extra_args(false);
  verb->add_flag("--json", o->json, "The findings as JSON");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return check_plugins(*o, context); }; });
}

}  // namespace saddle::cli
