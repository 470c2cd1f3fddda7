#include "config/plan.hpp"

#include <algorithm>
#include <unordered_map>

#include "config/hidden_overrides.hpp"
#include "config/legality.hpp"
#include "config/merge.hpp"
#include "schema/sha256.hpp"

namespace saddle {
namespace {

/// Where values of axes stand, looked up for messages about them.
class AxisPlaces {
 public:
  explicit AxisPlaces(const std::vector<AxisPlace>& all) {
    for (const AxisPlace& one : all) by_place_[key(one.place)].push_back(&one);
  }
  Diagnostic with_words(Diagnostic d) const {
    const auto found = d.place.source ? by_place_.find(key(d.place)) : by_place_.end();
    if (found == by_place_.end() || d.message.find(" axis ") != std::string::npos) return d;
    const AxisPlace* best =
        found->second.size() == 1 || found->second[0]->value.empty() ? found->second[0] : nullptr;
    for (const AxisPlace* one : found->second) {
      if (!best && !one->value.empty() && d.message.starts_with(one->value + " ")) best = one;
    }
    if (best) d.message.append(" (").append(best->words).append(")");
    return d;
  }

 private:
  using Key = std::tuple<const Source*, int, int>;
  static Key key(const Place& p) { return {p.source.get(), p.line, p.column}; }
  std::map<Key, std::vector<const AxisPlace*>> by_place_;
};

std::filesystem::path home_of(const Experiment& x) {
  return (std::filesystem::current_path() / std::filesystem::path(x.source->name).parent_path() / "")
      .lexically_normal();
}

class Planner {
 public:
  Planner(const Experiment& x, const Registry& registry, const BrokenPlugins& broken)
      : x_(x),
        registry_(registry),
        mistakes_(x.mistakes),
        builder_({registry, mistakes_, home_of(x), x.base_place, x.mistakes.empty(), broken, {}}),
        legality_(builder_.objects()),
        merge_(builder_, mistakes_, x.base_place) {
    plan_.experiment = x.name;
    plan_.text = x.source->text;
    plan_.extends = x.extends;
    plan_.overrides = x.overrides;
    plan_.warnings = hidden_overrides(x);
  }

  Plan plan() {
    check_base();
    Expansion expansion(x_, registry_, mistakes_, plan_.warnings);
    plan_.axes = expansion.axes();
    expansion.each([this](GridPoint&& point) { add(std::move(point)); });
    report_illegal();
    throw_mistakes();
    plan_.notes = merge_.notes();
    for (const PlannedTrial& trial : plan_.trials) {
      if (trial.skipped) continue;
      for (const std::string& text : legality_.warnings(trial.config)) warn(text);
    }
    for (const auto& [text, count] : warnings_) {
      plan_.warnings.push_back(text + " (" + std::to_string(count) + (count == 1 ? " trial)" : " trials)"));
    }
    std::string lines;
    for (const PlannedTrial& trial : plan_.trials) lines += trial.config.canonical + "\n";
    plan_.sha256 = sha256_hex(lines);
    return std::move(plan_);
  }

 private:
  /// The base by itself, so that what every point replaces is checked too.
  void check_base() {
    Settings base = x_.base;
    Mistakes only_in_points;  // a reference may lead to what only a point sets
    References(registry_, only_in_points).resolve(base, only_in_points);
    builder_.check(base);
  }

  void add(GridPoint&& point) {
    ++plan_.points;
    std::optional<TrialConfig> trial = builder_.build(point.settings);
    if (!trial) return;
    const auto [known, added] = index_.try_emplace(trial->id, plan_.trials.size());
    if (!added) {
      ++plan_.merged;
      merge_.again(known->second, plan_.trials[known->second], *trial, point);
      return;
    }
    merge_.first(point.settings);
    PlannedTrial planned{std::move(*trial), std::move(point.axes), false, {}};
    for (const Objection& objection : legality_.of(planned.config)) object(objection, planned);
    plan_.trials.push_back(std::move(planned));
  }

  void object(const Objection& objection, PlannedTrial& planned) {
    if (objection.always_wrong) {
      mistakes_.add(objection.diagnostic);
      planned.skipped = true;
    } else {
      if (!std::exchange(planned.skipped, true)) {  // the first is the one that a skipped trial is told with
        planned.reason = objection.diagnostic.message;
        const bool param = objection.diagnostic.path.find('.') != std::string::npos;
        if (param) planned.reason = objection.diagnostic.path + ": " + planned.reason;
      }
      auto found = std::find_if(illegal_.begin(), illegal_.end(), [&](const auto& one) {
        return one.first.message == objection.diagnostic.message &&
               one.first.path == objection.diagnostic.path;
      });
      if (found == illegal_.end())
        illegal_.push_back({objection.diagnostic, 1});
      else
        ++found->second;
    }
  }

  void report_illegal() {
    if (x_.skip_illegal) return;
    for (const auto& [diagnostic, count] : illegal_) {
      Diagnostic d = diagnostic;
      if (plan_.points > 1) {
        if (!d.hint.empty()) d.hint += "\n";
        d.hint.append("In ")
            .append(std::to_string(count))
            .append(" of ")
            .append(std::to_string(plan_.trials.size()));
        d.hint += " trials. `on_illegal: skip` leaves them out.";
      }
      mistakes_.add(std::move(d));
    }
  }

  void throw_mistakes() const {
    if (mistakes_.empty()) return;
    const AxisPlaces places(x_.axis_places);
    std::vector<Diagnostic> all;
    for (Diagnostic& d : mistakes_.sorted()) all.push_back(places.with_words(std::move(d)));
    throw UserError(std::move(all));
  }

  void warn(const std::string& text) {
    const auto found =
        std::find_if(warnings_.begin(), warnings_.end(), [&](const auto& one) { return one.first == text; });
    if (found == warnings_.end())
      warnings_.emplace_back(text, 1);
    else
      ++found->second;
  }

  const Experiment& x_;
  const Registry& registry_;
  Mistakes mistakes_;
  TrialBuilder builder_;
  Legality legality_;
  Merge merge_;
  Plan plan_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<std::pair<std::string, int64_t>> warnings_;
  std::vector<std::pair<Diagnostic, int64_t>> illegal_;
};

/// "mlp {widths: [64, 64]}": the structural parameters that were given.
std::string part_text(const PartConfig& part) {
  std::string given;
  for (const auto& [name, value] : part.given) {
    if (part.plugin->schema->find(name)->per_lane) continue;
    given.append(given.empty() ? " {" : ", ").append(name).append(": ").append(flow_text(*value));
  }
  return part.plugin->name() + (given.empty() ? given : given + "}");
}

std::string structure_of(const TrialConfig& t) {
  std::string text = t.objective->plugin->name();
  const std::pair<const char*, const PartPtr&> parts[] = {{"data", t.data},     {"generator", t.generator},
                                                          {"head", t.head},     {"encoder", t.encoder},
                                                          {"critic", t.critic}, {"divergence", t.divergence}};
  for (const auto& [name, part] : parts) {
    if (part) text += std::string(", ") + name + " " + part_text(*part);
  }
  for (const PartPtr& part : t.constraints) text += " + " + part_text(*part);
  for (const PartPtr& part : t.penalties) text += " + " + part_text(*part);
  return text;
}

}  // namespace

Plan make_plan(const Experiment& experiment, const Registry& registry, const BrokenPlugins& broken) {
  return Planner(experiment, registry, broken).plan();
}

std::vector<PlanGroup> groups_of(const Plan& plan, int64_t lanes) {
  std::vector<PlanGroup> groups;
  std::unordered_map<std::string, size_t> open;
  for (size_t i = 0; i < plan.trials.size(); ++i) {
    const PlannedTrial& trial = plan.trials[i];
    if (trial.skipped) continue;
    const auto [known, added] = open.try_emplace(trial.config.structural, groups.size());
    const bool full =
        !added && lanes > 0 && static_cast<int64_t>(groups[known->second].trials.size()) >= lanes;
    if (added || full) {
      known->second = groups.size();
      groups.push_back({structure_of(trial.config), {}});
    }
    groups[known->second].trials.push_back(i);
  }
  return groups;
}

}  // namespace saddle
