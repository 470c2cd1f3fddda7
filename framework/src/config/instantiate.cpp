#include "config/instantiate.hpp"

namespace saddle {

PluginObject instantiate(const std::vector<const PartConfig*>& lanes, const AssignContext& context) {
  check_contents(*lanes.at(0));
  PluginObject object(*lanes.at(0)->plugin);
  std::vector<const Value*> values(lanes.size());
  for (const ParamSpec& spec : object.plugin().schema->params()) {
    for (size_t lane = 0; lane < lanes.size(); ++lane) {
      const auto found = lanes[lane]->given.find(spec.name);
      values[lane] = found == lanes[lane]->given.end() ? nullptr : found->second.get();
    }
    spec.assign(object.most_derived(), values, context);
  }
  return object;
}

}  // namespace saddle
