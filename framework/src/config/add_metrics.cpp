#include "config/add_metrics.hpp"

#include <set>

#include "config/parse_trial.hpp"
#include "config/parts.hpp"
#include "config/settings.hpp"
#include "config/yaml_reader.hpp"

namespace saddle {
namespace {

std::string name_of(const ValuePtr& metric) {
  if (const ValuePtr as = metric->is(Value::Kind::map) ? metric->find("as") : nullptr) return as->text;
  return part_use(metric);
}

/// By itself, so that messages show the argument that it was given in.
std::vector<ValuePtr> read_metrics(const std::vector<std::string>& texts, const Registry& registry) {
  Mistakes mistakes;
  std::vector<ValuePtr> metrics;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    const auto source = std::make_shared<const Source>(Source{"command line", text});
    const Place place{source, 1, 1};
    if (text.find_first_not_of(' ') == std::string::npos) {
      mistakes.add(place, "METRIC", "an empty value", "`saddle plugins metric` lists the metrics.");
      continue;
    }
    const ValuePtr metric = read_yaml_text(source, mistakes);
    if (!metric) continue;
    PartFactory factory({registry, mistakes, {}, place});
    const PartPtr part = factory.part(Kind::metric, metric, "METRIC", {}, true);
    if (part && !names.insert(part->as).second) {
      mistakes.add(place, "METRIC", "the metric '" + part->as + "' is here twice",
                   "Give one of them a name of its own: {use: " + part->plugin->name() + ", as: name}.");
    }
    metrics.push_back(metric);
  }
  mistakes.throw_if_any();
  return metrics;
}

}  // namespace

std::string add_metrics(const std::string& resolved, const std::vector<std::string>& metrics,
                        const Registry& registry) {
  const std::vector<ValuePtr> added = read_metrics(metrics, registry);
  auto trial =
      std::make_shared<Value>(*read_yaml_text(std::make_shared<const Source>(Source{"trial", resolved})));
  auto list = std::make_shared<Value>();
  list->kind = Value::Kind::list;
  if (const ValuePtr old = trial->find("metrics")) list->list = old->list;
  for (const ValuePtr& metric : added) {
    std::erase_if(list->list, [&](const ValuePtr& other) { return name_of(other) == name_of(metric); });
    list->list.push_back(metric);
  }
  std::erase_if(trial->map, [](const Entry& entry) { return entry.key == "metrics"; });
  trial->map.push_back({"metrics", {}, list});
  return parse_trial(flow_text(*trial), registry).resolved;
}

}  // namespace saddle
