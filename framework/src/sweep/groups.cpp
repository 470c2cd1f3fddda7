#include "sweep/groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace saddle {

double weight_of(const TrialConfig& trial) {
  const TrainConfig& t = trial.train;
  const auto updates = static_cast<double>(t.generator_steps + (trial.critic ? t.critic_steps : 0));
  return static_cast<double>(t.steps) * updates * std::sqrt(static_cast<double>(t.batch));
}

std::vector<Group> make_groups(const std::vector<const TrialConfig*>& train,
                               const std::vector<const TrialConfig*>& measure, int64_t lanes,
                               int64_t workers) {
  std::map<std::string, std::vector<const TrialConfig*>> alike;
  double total = 0;
  for (const TrialConfig* trial : train) {
    alike[trial->structural].push_back(trial);
    total += weight_of(*trial);
  }
  // A third of a worker's share at most: the last groups to end then end near each other.
  const double largest = total / (3.0 * static_cast<double>(workers));
  std::vector<Group> groups;
  for (const auto& [text, trials] : alike) {
    const double each = weight_of(*trials[0]);
    const auto fits = std::clamp<int64_t>(static_cast<int64_t>(largest / each), 1, lanes);
    // Equal pieces instead of full ones and a rest.
    const auto n = static_cast<int64_t>(trials.size()), pieces = (n + fits - 1) / fits;
    for (int64_t p = 0; p < pieces; ++p) {
      Group group;
      group.trials.assign(trials.begin() + p * n / pieces, trials.begin() + (p + 1) * n / pieces);
      group.weight = each * static_cast<double>(group.trials.size());
      groups.push_back(std::move(group));
    }
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.weight > b.weight; });
  for (const TrialConfig* trial : measure) groups.push_back({{trial}, true, 1});
  return groups;
}

}  // namespace saddle
