// What a plan looks like to people and to programs.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "config/plan.hpp"
#include "config/texts.hpp"

namespace saddle {
namespace {

/// Reasons in order of appearance, with how many trials each leaves out.
std::vector<std::pair<std::string, size_t>> skipped(const Plan& plan) {
  std::vector<std::pair<std::string, size_t>> reasons;
  for (const PlannedTrial& trial : plan.trials) {
    if (!trial.skipped) continue;
    const auto known =
        std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return r.first == trial.reason; });
    if (known == reasons.end())
      reasons.emplace_back(trial.reason, 1);
    else
      ++known->second;
  }
  return reasons;
}

/// "16 trials  gan, …", in order of appearance, and how many groups look like that.
std::vector<std::pair<std::string, size_t>> group_lines(const std::vector<PlanGroup>& groups) {
  std::vector<std::pair<std::string, size_t>> lines;
  std::unordered_map<std::string, size_t> known;
  for (const PlanGroup& group : groups) {
    std::string line = fmt::format("{}  {}", counted(group.trials.size(), "trial"), group.structure);
    const auto [at, added] = known.try_emplace(line, lines.size());
    if (added)
      lines.emplace_back(std::move(line), 1);
    else
      ++lines[at->second].second;
  }
  return lines;
}

size_t planned_count(const Plan& plan) {
  return static_cast<size_t>(std::count_if(plan.trials.begin(), plan.trials.end(),
                                           [](const PlannedTrial& t) { return !t.skipped; }));
}

}  // namespace

std::string plan_text(const Plan& plan, int64_t lanes) {
  const std::vector<PlanGroup> groups = groups_of(plan, lanes);
  const auto reasons = skipped(plan);
  std::string text =
      fmt::format("{}: {}, {} to train", plan.experiment, counted(static_cast<size_t>(plan.points), "point"),
                  counted(planned_count(plan), "trial"));
  if (plan.merged) text += fmt::format(", {} merged", plan.merged);
  const size_t left_out = plan.trials.size() - planned_count(plan);
  if (left_out) text += fmt::format(", {} skipped", left_out);
  text += "\n";
  for (size_t i = 0; i < plan.axes.size(); ++i) text += (i ? ", " : "axes: ") + plan.axes[i];
  if (!plan.axes.empty()) text += "\n";
  text += fmt::format("{}:\n", counted(groups.size(), "group"));
  for (const auto& [line, count] : group_lines(groups)) {
    const std::string times = count == 1 ? "" : fmt::format("{} × ", count);
    text += fmt::format("  {}{}\n", times, line);
  }
  for (const std::string& note : plan.notes) text += fmt::format("merged: {}\n", note);
  for (const auto& [reason, count] : reasons)
    text += fmt::format("skipped: {}: {}\n", counted(count, "trial"), reason);
  for (const std::string& warning : plan.warnings) text += fmt::format("warning: {}\n", warning);
  return text;
}

std::string plan_json(const Plan& plan, int64_t lanes) {
  using nlohmann::ordered_json;
  ordered_json root = {{"experiment", plan.experiment}, {"plan_sha256", plan.sha256}, {"points", plan.points},
                       {"merged", plan.merged},         {"axes", plan.axes},          {"notes", plan.notes},
                       {"warnings", plan.warnings}};
  root["trials"] = ordered_json::array();
  for (const PlannedTrial& trial : plan.trials) {
    ordered_json one = {{"id", trial.config.id},
                        {"status", trial.skipped ? "skipped" : "planned"},
                        {"seed", trial.config.seed}};
    if (trial.skipped) one["reason"] = trial.reason;
    one["axes"] = ordered_json::object();
    for (const AxisValue& value : trial.axes) {
      if (value.number)
        one["axes"][value.axis] = *value.number;
      else
        one["axes"][value.axis] = value.text;
    }
    one["config"] = trial.config.resolved;
    root["trials"].push_back(std::move(one));
  }
  root["groups"] = ordered_json::array();
  for (const PlanGroup& group : groups_of(plan, lanes)) {
    ordered_json one = {
        {"structure", group.structure}, {"lanes", group.trials.size()}, {"trials", ordered_json::array()}};
    for (const size_t i : group.trials) one["trials"].push_back(plan.trials[i].config.id);
    root["groups"].push_back(std::move(one));
  }
  return root.dump(2);
}

}  // namespace saddle
