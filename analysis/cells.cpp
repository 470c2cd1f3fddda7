#include "analysis/cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace saddle::analysis {

namespace {

Key key_of(const Observation& trial, const std::vector<size_t>& axes) {
  Key key;
  for (size_t axis : axes) key.push_back(trial.levels[axis]);
  return key;
}

size_t place_of(std::vector<Key>& keys, const Key& key) {
  const auto same = [&](const Key& other) {
    return std::equal(key.begin(), key.end(), other.begin(), other.end(),
                      [](const Level& a, const Level& b) { return a.text == b.text; });
  };
  const auto at = std::find_if(keys.begin(), keys.end(), same);
  const auto place = static_cast<size_t>(at - keys.begin());
  if (at == keys.end()) keys.push_back(key);
  return place;
}

/// Adds a trial unless the group holds it already; of two the one with a result stays.
bool add_once(Group& group, const Observation& trial) {
  for (const Observation*& old : group.trials) {
    if (old->id != trial.id) continue;
    if (!is_result(old->status) && is_result(trial.status)) old = &trial;
    return false;
  }
  group.trials.push_back(&trial);
  return true;
}

/// The power of ten of the first digit, after rounding to two digits.
int exponent_of(double value) {
  const std::string text = fmt::format("{:.1e}", std::abs(value));
  return std::stoi(text.substr(text.find('e') + 1));
}

std::string rounded(double value, int last_place) {
  const double unit = std::pow(10.0, last_place);
  if (last_place > 0) value = std::round(value / unit) * unit;
  std::string text = fmt::format("{:.{}f}", value, std::max(0, -last_place));
  const bool zero = text.find_first_not_of("-0.") == std::string::npos;
  return zero && text.front() == '-' ? text.substr(1) : text;
}

}  // namespace

Summary Group::summary(size_t metric) const {
  std::vector<double> values;
  for (const Observation* trial : trials) values.push_back(trial->metrics[metric]);
  return summarize(values);
}

std::map<store::Status, size_t> Group::statuses() const {
  std::map<store::Status, size_t> counts;
  for (const Observation* trial : trials) ++counts[trial->status];
  return counts;
}

const Group* Grid::find(size_t row, size_t col) const {
  for (const Group& group : groups)
    if (group.row == row && group.col == col) return &group;
  return nullptr;
}

Grid make_grid(const Observations& all, const Selection& selection) {
  Grid grid;
  std::map<std::pair<size_t, size_t>, Group> groups;
  for (const Observation& trial : all.trials) {
    const size_t row = place_of(grid.rows, key_of(trial, selection.rows));
    const size_t col = place_of(grid.cols, key_of(trial, selection.cols));
    Group& group = groups[{row, col}];
    group.row = row;
    group.col = col;
    if (!add_once(group, trial)) ++grid.repeated;
  }
  for (auto& [place, group] : groups) grid.groups.push_back(std::move(group));
  return grid;
}

std::string mean_text(const Summary& summary) {
  if (summary.n == 0) return "—";
  if (!std::isfinite(summary.mean)) return fmt::format("{}", summary.mean);
  if (!std::isfinite(summary.half_width)) return fmt::format("{:.4g}", summary.mean);
  if (summary.half_width == 0) return fmt::format("{:.6g} ± 0", summary.mean);
  const double size = std::max(std::abs(summary.mean), summary.half_width);
  if (summary.half_width < 1e-9 * size)
    return fmt::format("{:.9g} ± {:.1e}", summary.mean, summary.half_width);
  const int scale = exponent_of(size);
  const int last_place = exponent_of(summary.half_width) - 1;
  if (scale >= -3 && scale < 6)
    return rounded(summary.mean, last_place) + " ± " + rounded(summary.half_width, last_place);
  const double unit = std::pow(10.0, scale);
  return fmt::format("({} ± {})e{}", rounded(summary.mean / unit, last_place - scale),
                     rounded(summary.half_width / unit, last_place - scale), scale);
}

std::string cell_text(const Group& group, size_t metric) {
  const Summary summary = group.summary(metric);
  std::string others;
  for (const auto& [status, count] : group.statuses())
    if (status != store::Status::done) others += fmt::format(" · {} {}", count, store::to_text(status));
  std::string mean = mean_text(summary);
  if (others.empty() && summary.n == group.trials.size()) return mean;
  return fmt::format("{} ({} of {}{})", mean, summary.n, group.trials.size(), others);
}

}  // namespace saddle::analysis
