// What a plugin says of itself.
#include "check/bed.hpp"
#include "check/object.hpp"
#include "config/instantiate.hpp"
#include "config/texts.hpp"
#include "config/yaml_reader.hpp"

namespace saddle::check {
namespace {

/// What is wrong with a parameter's description; empty if nothing is.
std::string problem(const ParamSpec& spec) {
  if (!is_word(spec.name)) return fmt::format("'{}' is no name for a parameter", spec.name);
  if (spec.doc.empty()) return fmt::format("the parameter {} has no documentation", spec.name);
  if (spec.required) return {};
  std::vector<Diagnostic> wrong;
  const ValuePtr initial = read_yaml_text(std::make_shared<Source>(Source{"default", spec.initial}));
  spec.canonical(*initial, spec.name, wrong);
  if (!wrong.empty())
    return fmt::format("the default of {} isn't allowed: {}", spec.name, wrong.front().message);
  return {};
}

}  // namespace

Finding schema(const Subject& subject) {
  const SchemaBase& said = *subject.plugin->schema;
  if (said.summary().empty()) return {Verdict::failed, "it has no summary: s.summary(\"…\") in describe"};
  for (const ParamSpec& spec : said.params())
    if (const std::string wrong = problem(spec); !wrong.empty()) return {Verdict::failed, wrong};
  const Placed place = placed(subject, odd_bed());  // makes it, and lets it declare
  const std::string where = place.bed ? "" : "; but beside what it's tried with: " + place.reason;
  return {Verdict::ok, "a summary; " + counted(said.params().size(), "parameter") +
                           ", each documented, defaults allowed" + where};
}

}  // namespace saddle::check
