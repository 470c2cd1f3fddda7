#include "config/expand.hpp"

#include <algorithm>

#include "config/expand_parts.hpp"
#include "schema/suggest.hpp"

namespace saddle {
namespace {

/// `linear` and `{use: linear}` are one value; a condition may name a part by its plugin alone.
bool equal(const Value& actual, const Value& wanted) {
  if (wanted.is(Value::Kind::string) && actual.is(Value::Kind::map)) {
    const ValuePtr use = actual.find("use");
    return use && use->text == wanted.text;
  }
  if (actual.is_number() && wanted.is_number()) return actual.real == wanted.real;
  return flow_text(actual) == flow_text(wanted);
}

bool equal_or_among(const Value& actual, const Value& wanted) {
  if (equal(actual, wanted)) return true;
  return std::any_of(wanted.list.begin(), wanted.list.end(),
                     [&](const ValuePtr& one) { return equal(actual, *one); });
}

}  // namespace

void Expansion::each(const std::function<void(GridPoint&&)>& visit) {
  for (const auto& block : blocks_) {
    visit_block(*block, visit);
    visit_included(*block->block, visit);
    for (size_t i = 0; i < block->exclude.size(); ++i) {
      const std::vector<Assignment>& entry = block->block->exclude[i];
      if (block->excluded[i] || entry.empty()) continue;
      const Place& place = entry[0].place;
      warnings_.push_back(place.source->name + ":" + std::to_string(place.line) +
                          ": this entry of `exclude` matches no point");
    }
  }
  if (points_ == 0 && mistakes_.empty()) {
    mistakes_.add(x_.grid.empty() ? x_.base_place : x_.grid[0].place, "grid", "no point is left of the grid");
  }
}

void Expansion::visit_block(PreparedBlock& block, const std::function<void(GridPoint&&)>& visit) {
  std::vector<size_t> at(block.dimensions.size(), 0);
  const bool any =
      std::all_of(block.dimensions.begin(), block.dimensions.end(), [](const auto& d) { return !d.empty(); });
  for (bool more = any; more;) {
    std::vector<const Point*> points;
    std::vector<const Set*> sets;
    for (size_t d = 0; d < at.size(); ++d) {
      for (const Point& point : block.dimensions[d][at[d]]) {
        points.push_back(&point);
        for (const Set& one : point.sets) sets.push_back(&one);
      }
    }
    more = false;
    for (size_t d = at.size(); d-- > 0;) {
      if (++at[d] < block.dimensions[d].size()) {
        more = true;
        break;
      }
      at[d] = 0;
    }
    std::optional<Settings> settings = settings_of(std::move(sets));
    if (!settings) continue;
    bool wanted = all_hold(block.when, *settings, points);
    for (const Point* point : points) wanted = wanted && all_hold(point->when, *settings, points);
    for (size_t i = 0; i < block.exclude.size() && wanted; ++i) {
      if (block.exclude[i].empty() || !all_hold(block.exclude[i], *settings, points)) continue;
      block.excluded[i] = true;
      wanted = false;
    }
    if (!wanted) continue;
    GridPoint result{std::move(*settings), {}};
    for (const Point* point : points) {
      if (point->axis->name != "seed")
        result.axes.push_back({point->axis->name, point->point->text, point->point->number});
    }
    ++points_;
    visit(std::move(result));
  }
}

void Expansion::visit_included(const Block& block, const std::function<void(GridPoint&&)>& visit) {
  for (const auto& entry : block.include) {
    GridPoint result;
    std::vector<const Set*> sets;
    auto add = [&](std::vector<Set> more) {
      kept_alive_.push_back(std::make_unique<std::vector<Set>>(std::move(more)));
      for (const Set& one : *kept_alive_.back()) sets.push_back(&one);
    };
    for (const Assignment& one : entry) {
      AxisValue value{one.path, one.value->is_scalar() ? one.value->text : flow_text(*one.value), {}};
      if (const Axis* axis = axis_of_cases(block, one.path)) {
        const AxisPoint* point = find_case(*axis, one.value->text);
        if (point)
          add(prepare_sets(point->sets, "case " + point->text + " of the axis " + axis->name));
        else
          mistakes_.add(one.value->place, one.path,
                        "the axis has no case '" + one.value->text + "'" +
                            did_you_mean(one.value->text, case_names(*axis)));
      } else if (parse_path(one.path)) {
        add(prepare_sets({one}, "this entry of `include`"));
        if (one.value->is_number()) value.number = one.value->real;
      } else {
        mistakes_.add(one.place, one.path,
                      "'" + one.path + "' is neither an axis of named cases nor a path of base" +
                          did_you_mean_path(one.path, axis_names(block)),
                      path_hint);
      }
      if (one.path != "seed") result.axes.push_back(std::move(value));
    }
    std::optional<Settings> settings = settings_of(std::move(sets));
    if (!settings) continue;
    result.settings = std::move(*settings);
    ++points_;
    visit(std::move(result));
  }
}

std::optional<Settings> Expansion::settings_of(std::vector<const Set*> sets) {
  Settings settings = x_.base;
  std::stable_sort(sets.begin(), sets.end(),
                   [](const Set* a, const Set* b) { return a->path.depth() < b->path.depth(); });
  bool right = true;
  for (size_t i = 0; i < sets.size(); ++i) {
    const Set& one = *sets[i];
    for (size_t j = 0; j < i; ++j) {
      if (sets[j]->path.text != one.path.text) continue;
      mistakes_.add(one.place, one.path.text,
                    "set twice at one point: by " + sets[j]->words + " and by " + one.words);
      right = false;
    }
    ValuePtr& section = settings[one.path.section];
    auto& [before, after] = set_before_[{section.get(), &one}];
    if (!after) {
      std::string reason;
      before = section;
      after = with(section, one.path, one.value, one.place, reason);
      if (!after) mistakes_.add(one.place, one.path.text, reason);
    }
    if (!after)
      right = false;
    else
      section = after;
  }
  if (!right || !references_.resolve(settings)) return std::nullopt;
  return settings;
}

bool Expansion::holds(const Condition& condition, const Settings& settings,
                      const std::vector<const Point*>& at) const {
  if (!condition.path) {
    for (const Point* point : at) {
      if (point->axis->name != condition.name) continue;
      const Value& wanted = *condition.value;
      if (!wanted.is(Value::Kind::list)) return wanted.text == point->point->text;
      return std::any_of(wanted.list.begin(), wanted.list.end(),
                         [&](const ValuePtr& v) { return v->text == point->point->text; });
    }
    return false;
  }
  const ValuePtr actual = value_or_default(settings, *condition.path, registry_);
  return actual && equal_or_among(*actual, *condition.value);
}

bool Expansion::all_hold(const std::vector<Condition>& all, const Settings& settings,
                         const std::vector<const Point*>& at) const {
  return std::all_of(all.begin(), all.end(), [&](const Condition& one) { return holds(one, settings, at); });
}

}  // namespace saddle
