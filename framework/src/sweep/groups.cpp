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
                               const std::vector<const TrialConfig*>& measure, int64_t lanes, int64_t workers,
                               const std::map<std::string, int64_t>& saved, int64_t pieces_a_worker) {
  std::map<std::pair<std::string, int64_t>, std::vector<const TrialConfig*>> alike;
  const auto start_of = [&](const TrialConfig& trial) {
    const auto found = saved.find(trial.id);
    return found == saved.end() ? 0 : std::clamp<int64_t>(found->second, 0, trial.train.steps);
  };
  const auto left = [](const TrialConfig& trial, int64_t start) {
    const auto steps = static_cast<double>(trial.train.steps);
    return weight_of(trial) * std::max(steps - static_cast<double>(start), 1.0) / steps;
  };
  double total = 0;
  for (const TrialConfig* trial : train) {
    alike[{trial->structural, start_of(*trial)}].push_back(trial);
    total += left(*trial, start_of(*trial));
  }
  const double largest = total / static_cast<double>(pieces_a_worker * workers);
  std::vector<Group> groups;
  for (const auto& [key, trials] : alike) {
    const double each = left(*trials[0], key.second);
    constexpr double rounding = 1 + 1e-9;  // two of three equal weights are two, not 1.999…
    const auto fits = std::clamp<int64_t>(static_cast<int64_t>(largest / each * rounding), 1, lanes);
    // Equal pieces instead of full ones and a rest.
    const auto n = static_cast<int64_t>(trials.size()), pieces = (n + fits - 1) / fits;
    for (int64_t p = 0; p < pieces; ++p) {
      Group group;
      group.trials.assign(trials.begin() + p * n / pieces, trials.begin() + (p + 1) * n / pieces);
      group.weight = each * static_cast<double>(group.trials.size());
      group.start = key.second;
      groups.push_back(std::move(group));
    }
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.weight > b.weight; });
  for (const TrialConfig* trial : measure) groups.push_back({{trial}, true, 1});
  return groups;
}

}  // namespace saddle
