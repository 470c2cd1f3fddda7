#include "check/check.hpp"

#include <ATen/Parallel.h>

#include <nlohmann/json.hpp>

#include "check/box.hpp"
#include "check/object.hpp"
#include "cli/check_apart.hpp"
#include "cli/command.hpp"
#include "config/yaml_reader.hpp"
#include "schema/suggest.hpp"

namespace saddle::cli {
namespace {

namespace fs = std::filesystem;

struct CheckOptions {
  std::vector<std::string> libraries;
  std::vector<std::string> settings;  // name=value
  bool json = false;
};

/// The libraries' plugins, added to the registry where they are not there already.
std::vector<const RegisteredPlugin*> plugins_of(const fs::path& library, Registry& registry) {
  if (!fs::is_regular_file(library))
    throw UserError(fmt::format("{}: {}; a plugin's library is build/plugins/KIND.NAME.so", library.string(),
                                fs::exists(library) ? "it is no file" : "there is no such file"));
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

/// What --set says of the plugins' parameters, each of which one of them must have.
void set_parameters(const std::vector<std::string>& words, std::vector<check::Subject>& subjects) {
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) throw UserError(fmt::format("--set {}: expected PARAMETER=VALUE", word));
    const std::string name = word.substr(0, equals);
    Mistakes mistakes;
    const ValuePtr value =
        read_yaml_text(std::make_shared<Source>(Source{"command line", word}), mistakes, equals + 1);
    mistakes.throw_if_any();
    bool known = false;
    std::vector<std::string> names;
    std::vector<Diagnostic> wrong;
    for (check::Subject& subject : subjects)
      for (const ParamSpec& spec : subject.plugin->schema->params()) {
        names.push_back(spec.name);
        if (spec.name != name) continue;
        known = true;
        spec.canonical(*value, name, wrong);
        subject.settings[name] = flow_text(*value);
      }
    if (!known)
      throw UserError(fmt::format("--set {}: there is no such parameter{}", word, did_you_mean(name, names)));
    if (!wrong.empty()) throw UserError(wrong);
  }
}

/// Findings as they come, as lines; or all together, as JSON.
class Report {
 public:
  explicit Report(bool json) : as_json_(json) {}

  void begin(const RegisteredPlugin& plugin) {
    plugin_ = &plugin;
    if (!as_json_)
      print(fmt::format("{} {} ({})\n", kind_name(plugin.kind()), plugin.name(), plugin.library.string()));
  }

  void add(const check::Check& check, const check::Finding& finding) {
    ++done_;
    if (finding.verdict == check::Verdict::failed) ++failed_;
    if (!as_json_)
      return print(fmt::format("  {:<8} {:<12} {}\n", names_[static_cast<size_t>(finding.verdict)].shown,
                               check.name, finding.text));
    json_.push_back({{"kind", kind_name(plugin_->kind())},
                     {"name", plugin_->name()},
                     {"check", check.name},
                     {"promise", check.promise},
                     {"verdict", names_[static_cast<size_t>(finding.verdict)].in_json},
                     {"text", finding.text}});
  }

  int end() const {
    print(as_json_ ? json_.dump(2) + "\n" : fmt::format("{}, {} failed\n", counted(done_, "check"), failed_));
    return failed_ > 0 ? ExitCode::plugin_error : ExitCode::done;
  }

 private:
  struct Name {
    const char *shown, *in_json;
  };
  static constexpr Name names_[] = {{"ok", "ok"}, {"FAILED", "failed"}, {"skipped", "skipped"}};

  bool as_json_;
  const RegisteredPlugin* plugin_ = nullptr;
  size_t done_ = 0, failed_ = 0;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
};

int check_plugins(const CheckOptions& o, Context& context) {
  at::set_num_threads(1);  // as in a worker
  Registry registry = context.load_plugins();
  std::vector<check::Subject> subjects;
  for (const std::string& library : o.libraries)
    for (const RegisteredPlugin* plugin : plugins_of(library, registry))
      subjects.push_back({plugin, &registry, {}});
  check::add_partners(registry);
  set_parameters(o.settings, subjects);
  for (const check::Subject& subject : subjects) check::require_settings(subject);
  Report report(o.json);
  for (const check::Subject& subject : subjects) {
    report.begin(*subject.plugin);
    for (const check::Check& check : check::all())
      if (check.concerns(subject)) report.add(check, run_apart(check, subject));
  }
  return report.end();
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("check", "Whether a plugin keeps what plugins of its kind promise");
  auto o = std::make_shared<CheckOptions>();
  verb->add_option("PLUGIN.so", o->libraries, "A plugin's library")->required();
  verb->add_option("--set", o->settings, "Checks it with another value of a parameter")
      ->type_name("PARAMETER=VALUE")
      ->allow_extra_args(false);
  verb->add_flag("--json", o->json, "The findings as JSON");
  context.add_plugins_option(*verb);
  verb->callback([o, &context] { context.action = [o, &context] { return check_plugins(*o, context); }; });
}

}  // namespace saddle::cli
