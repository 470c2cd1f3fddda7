#include "config/merge.hpp"

#include <algorithm>

namespace saddle {
namespace {

bool equal(const AxisValue& a, const AxisValue& b) {
  return a.text == b.text || (a.number && b.number && *a.number == *b.number);
}

std::string place_text(const Place& place) {
  return place.source ? place.source->name + ":" + std::to_string(place.line) : "the defaults";
}

}  // namespace

void Merge::again(size_t index, PlannedTrial& trial, const TrialConfig& same, const GridPoint& point) {
  Points& points = points_[index];
  ++points.count;
  take_axes(points, trial, point);
  check_sections(index, trial, same, point.settings);
  Settings& settings = settings_.at(index);
  const ValuePtr all = united(trial.config, settings[section_of(Kind::metric)], same,
                              point.settings[section_of(Kind::metric)]);
  if (all == settings[section_of(Kind::metric)]) return;
  settings[section_of(Kind::metric)] = all;
  points.united = true;
  if (auto with_all = builder_.build(settings)) trial.config = std::move(*with_all);
}

void Merge::take_axes(Points& points, PlannedTrial& trial, const GridPoint& point) const {
  for (const AxisValue& value : point.axes) {
    const auto known = points.different.find(value.axis);
    const auto own = std::find_if(trial.axes.begin(), trial.axes.end(),
                                  [&](const AxisValue& one) { return one.axis == value.axis; });
    if (known == points.different.end()) {
      if (own == trial.axes.end()) {
        trial.axes.push_back(value);  // an axis of this point's block alone
        continue;
      }
      if (equal(*own, value)) continue;
      points.different[value.axis] = {own->text, value.text};
    } else {
      std::vector<std::string>& texts = known->second;
      if (std::find(texts.begin(), texts.end(), value.text) != texts.end()) continue;
      texts.push_back(value.text);
    }
    if (own == trial.axes.end()) continue;
    if (parse_path(value.axis))
      trial.axes.erase(own);
    else
      own->text += ", " + value.text;
  }
}

void Merge::check_sections(size_t index, const PlannedTrial& trial, const TrialConfig& same,
                           const Settings& settings) {
  auto check = [&](Section section, const char* key, const std::string& first, const std::string& here) {
    if (first == here) return;
    const std::string path = std::string(info(section).name) + "." + key;
    Place place = base_place_;
    for (const ValuePtr& map : {settings[section], settings_.at(index)[section]}) {
      const ValuePtr value = map ? map->find(key) : nullptr;
      if (!value) continue;
      place = value->place;
      break;
    }
    mistakes_.add(
        place, path, here + " here, and " + first + " at another point of the same trial",
        "What is measured and kept makes no other trial: points that train the same need one " + path + ".");
  };
  const TrialConfig& first = trial.config;
  check(Section::measure, "every", std::to_string(first.measure.every), std::to_string(same.measure.every));
  check(Section::measure, "samples", std::to_string(first.measure.samples),
        std::to_string(same.measure.samples));
  check(Section::keep, "weights", first.keep.weights, same.keep.weights);
  check(Section::keep, "samples", std::to_string(first.keep.samples), std::to_string(same.keep.samples));
}

ValuePtr Merge::united(const TrialConfig& a, const ValuePtr& metrics_a, const TrialConfig& b,
                       const ValuePtr& metrics_b) {
  if (metrics_a == metrics_b || !metrics_b) return metrics_a;
  const auto [known, added] = united_.try_emplace({metrics_a, metrics_b}, metrics_a);
  if (!added) return known->second;
  auto all = std::make_shared<Value>(metrics_a ? *metrics_a : Value());
  all->kind = Value::Kind::list;
  if (!metrics_a) all->place = metrics_b->place;
  for (size_t i = 0; i < b.metrics.size(); ++i) {
    const PartConfig& metric = *b.metrics[i];
    const auto other = std::find_if(a.metrics.begin(), a.metrics.end(),
                                    [&](const PartPtr& one) { return one->as == metric.as; });
    if (other == a.metrics.end()) {
      all->list.push_back(metrics_b->list.at(i));
    } else if ((*other)->resolved != metric.resolved) {
      mistakes_.add(metric.place, "metrics",
                    "'" + metric.as + "' is " + metric.resolved + " here, and " + (*other)->resolved +
                        " at another point of the same trial (" + place_text((*other)->place) + ")",
                    "Metrics make no other trial: it has those of all its points. Give one of the two a name "
                    "of its own: {use: " +
                        metric.plugin->name() + ", as: name}.");
    }
  }
  if (all->list.size() != a.metrics.size()) known->second = all;
  return known->second;
}

std::vector<std::string> Merge::notes() const {
  std::map<std::string, std::pair<int64_t, int64_t>> kinds;  // how points differ: trials, points
  int64_t with_metrics = 0;
  for (const auto& [index, points] : points_) {
    std::string axes;
    for (const auto& [axis, values] : points.different)
      axes += (axes.empty() ? " that differ in " : ", ") + axis;
    auto& [trials, count] = kinds[axes.empty() ? " that are equal" : axes];
    ++trials;
    count += points.count;
    with_metrics += points.united;
  }
  std::vector<std::string> notes;
  auto trials_text = [](int64_t count, const char* one, const char* several) {
    return std::to_string(count) + (count == 1 ? one : several);
  };
  for (const auto& [axes, counts] : kinds) {
    notes.push_back(trials_text(counts.first, " trial stands for ", " trials stand for ") +
                    std::to_string(counts.second) + " points" + axes);
  }
  if (with_metrics > 0) {
    notes.push_back(trials_text(with_metrics, " trial has", " trials have") +
                    " the metrics of all of the points");
  }
  return notes;
}

}  // namespace saddle
