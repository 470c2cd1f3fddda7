#include "config/add_metrics.hpp"

#include "config/parse_trial.hpp"
#include "config/settings.hpp"
#include "config/yaml_reader.hpp"

namespace saddle {
namespace {

std::string name_of(const ValuePtr& metric) {
  if (const ValuePtr as = metric->is(Value::Kind::map) ? metric->find("as") : nullptr) return as->text;
  return part_use(metric);
}

}  // namespace

std::string add_metrics(const std::string& resolved, const std::vector<std::string>& metrics,
                        const Registry& registry) {
  auto trial =
      std::make_shared<Value>(*read_yaml_text(std::make_shared<const Source>(Source{"trial", resolved})));
  auto list = std::make_shared<Value>();
  list->kind = Value::Kind::list;
  if (const ValuePtr old = trial->find("metrics")) list->list = old->list;
  for (const std::string& text : metrics) {
    const ValuePtr metric = read_yaml_text(std::make_shared<const Source>(Source{"command line", text}));
    std::erase_if(list->list, [&](const ValuePtr& other) { return name_of(other) == name_of(metric); });
    list->list.push_back(metric);
  }
  std::erase_if(trial->map, [](const Entry& entry) { return entry.key == "metrics"; });
  trial->map.push_back({"metrics", {}, list});
  return parse_trial(flow_text(*trial), registry).resolved;
}

}  // namespace saddle
