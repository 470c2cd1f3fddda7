#include "analysis/selection.hpp"

#include "schema/suggest.hpp"

#include <saddle/error.hpp>

#include <algorithm>

namespace saddle::analysis {

namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    std::string name = list.substr(begin, end - begin);
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    if (!name.empty()) out.push_back(std::move(name));
    begin = end + 1;
  }
  return out;
}

[[noreturn]] void unknown(const std::string& option, const std::string& kind, const std::string& name,
                          const std::vector<std::string>& known) {
  std::string hint = did_you_mean(name, known);
  for (const std::string& other : known)  // 'widths' for 'generator.widths'
    if (hint.empty() && other.ends_with("." + name)) hint = "; did you mean '" + other + "'?";
  std::string list;
  for (const std::string& other : known) list += (list.empty() ? "" : ", ") + other;
  throw UserError(option + ": there is no " + kind + " '" + name + "'" + (hint.empty() ? ";" : hint) +
                  " known: " + list);
}

bool holds(const std::vector<size_t>& all, size_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<size_t> find_axes(const Observations& all, const std::string& option, const std::string& list) {
  std::vector<size_t> out;
  for (std::string name : split(list)) {
    if (name.starts_with("param.")) name.erase(0, 6);
    const auto at = std::find(all.axes.begin(), all.axes.end(), name);
    if (at == all.axes.end()) unknown(option, "axis", name, all.axes);
    const auto axis = static_cast<size_t>(at - all.axes.begin());
    if (!holds(out, axis)) out.push_back(axis);
  }
  return out;
}

std::vector<size_t> find_metrics(const Observations& all, const std::vector<std::string>& lists) {
  std::vector<size_t> out;
  for (const std::string& list : lists) {
    for (std::string name : split(list)) {
      if (name.starts_with("metric.")) name.erase(0, 7);
      const bool exact = std::find(all.metrics.begin(), all.metrics.end(), name) != all.metrics.end();
      bool found = false;
      for (size_t i = 0; i < all.metrics.size(); ++i) {
        if (exact ? all.metrics[i] != name : !all.metrics[i].starts_with(name + ".")) continue;
        found = true;
        if (!holds(out, i)) out.push_back(i);
      }
      if (!found) unknown("--metric", "metric", name, all.metrics);
    }
  }
  if (!lists.empty()) return out;
  for (size_t i = 0; i < all.metrics.size(); ++i) out.push_back(i);
  return out;
}

bool is_param(const std::string& axis) { return axis != "seed" && axis != "experiment" && axis != "store"; }

std::vector<size_t> default_rows(const Observations& all, const std::vector<size_t>& cols) {
  std::vector<size_t> free;
  for (size_t axis = 0; axis < all.axes.size(); ++axis)
    if (is_param(all.axes[axis]) && !holds(cols, axis)) free.push_back(axis);
  // Cases and plugins have names for values and no dot in their own.
  for (size_t axis : free)
    if (all.is_text[axis] && all.axes[axis].find('.') == std::string::npos) return {axis};
  if (!free.empty()) return {free.front()};
  return {};
}

std::vector<size_t> default_cols(const Observations& all, const std::vector<size_t>& rows) {
  std::vector<size_t> out;
  for (size_t axis = 0; axis < all.axes.size(); ++axis) {
    const bool wanted = is_param(all.axes[axis]) || all.axes[axis] == "store";
    if (wanted && !holds(rows, axis) && all.count_levels(axis) > 1) out.push_back(axis);
  }
  return out;
}

}  // namespace

Selection select(const Observations& all, const std::optional<std::string>& rows,
                 const std::optional<std::string>& cols, const std::vector<std::string>& metrics) {
  Selection selection;
  if (all.metrics.empty()) throw UserError("nothing to compare: no trial has a final metric yet");
  if (rows) selection.rows = find_axes(all, "--rows", *rows);
  if (cols) selection.cols = find_axes(all, "--cols", *cols);
  if (!rows) selection.rows = default_rows(all, selection.cols);
  if (!cols) selection.cols = default_cols(all, selection.rows);
  for (size_t axis : selection.rows)
    if (holds(selection.cols, axis))
      throw UserError("--cols: '" + all.axes[axis] + "' makes the rows already; name it in one of the two");
  selection.metrics = find_metrics(all, metrics);
  for (size_t axis = 0; axis < all.axes.size(); ++axis)
    if (!holds(selection.rows, axis) && !holds(selection.cols, axis) && all.count_levels(axis) > 1)
      selection.averaged.push_back(axis);
  return selection;
}

}  // namespace saddle::analysis
