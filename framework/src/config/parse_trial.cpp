#include "config/parse_trial.hpp"

#include "config/trial_builder.hpp"
#include "config/yaml_reader.hpp"

namespace saddle {

TrialConfig parse_trial(const std::string& resolved, const Registry& registry) {
  // Relative paths can't occur: every path in the text is absolute.
  const auto source = std::make_shared<const Source>(Source{"trial", resolved});
  const ValuePtr document = read_yaml_text(source);
  Mistakes mistakes;
  PartsContext context{registry, mistakes, {}, {source, 1, 1}, true, {}, PartsContext::Planned()};
  Settings settings;
  for (const Entry& entry : document->map) {
    if (entry.key == "written" || entry.key == "sha256") {
      auto& texts = entry.key == "written" ? context.planned->written : context.planned->sha256;
      for (const Entry& path : entry.value->map) texts[path.key] = path.value->text;
    } else if (const std::optional<Section> section = section_named(entry.key)) {
      settings[*section] = entry.value;
    } else {
      mistakes.add(entry.place, entry.key, "a trial has no such key");
    }
  }
  TrialBuilder builder(std::move(context));
  std::optional<TrialConfig> trial = builder.build(settings);
  mistakes.throw_if_any();
  if (!trial) throw UserError("not a trial: " + resolved);
  return std::move(*trial);
}

}  // namespace saddle
