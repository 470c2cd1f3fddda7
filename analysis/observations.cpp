#include "analysis/observations.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace saddle::analysis {

namespace {

void add_new(std::vector<std::string>& all, const std::string& name) {
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
}

/// The bounds of an interval stand beside its metric: `modes.low` goes with `modes`.
bool is_bound(const std::string& name, const std::vector<std::string>& metrics) {
  for (const char* end : {".low", ".high"})
    if (name.ends_with(end) &&
        std::find(metrics.begin(), metrics.end(), name.substr(0, name.rfind('.'))) != metrics.end())
      return true;
  return false;
}

std::vector<std::string> metrics_of(const std::vector<ComparedStore>& stores) {
  std::vector<std::string> all;
  for (const ComparedStore& store : stores) {
    const std::vector<std::string> names = store.table.names_after("metric.");
    for (const std::string& name : names)
      if (!is_bound(name, names)) add_new(all, name);
  }
  return all;
}

Level level_of(const ComparedStore& store, const std::string& axis, size_t row) {
  if (axis == "store") return {store.name, {}};
  if (axis == "experiment") return {store.experiment, {}};
  const store::Column* column = store.table.find(axis == "seed" ? axis : "param." + axis);
  if (!column) return {};
  Level level{column->text(row), {}};
  if (!column->is_text() && !level.text.empty()) level.number = column->number(row);
  return level;
}

}  // namespace

size_t Observations::count_levels(size_t axis) const {
  std::set<std::string> texts;
  for (const Observation& trial : trials) texts.insert(trial.levels[axis].text);
  return texts.size();
}

Observations observe(const std::vector<ComparedStore>& stores) {
  Observations all;
  for (const ComparedStore& store : stores)
    for (const std::string& axis : store.table.names_after("param.")) add_new(all.axes, axis);
  if (stores.size() > 1) {
    add_new(all.axes, "store");
    add_new(all.axes, "experiment");
  }
  add_new(all.axes, "seed");
  all.metrics = metrics_of(stores);

  for (const ComparedStore& store : stores) {
    for (size_t row = 0; row < store.table.rows(); ++row) {
      Observation trial;
      trial.id = store.table.find("id")->text(row);
      trial.status =
          store::status_from(store.table.find("status")->text(row)).value_or(store::Status::planned);
      for (const std::string& axis : all.axes) trial.levels.push_back(level_of(store, axis, row));
      for (const std::string& metric : all.metrics) {
        const store::Column* column = store.table.find("metric." + metric);
        trial.metrics.push_back(column ? column->number(row) : std::numeric_limits<double>::quiet_NaN());
      }
      all.trials.push_back(std::move(trial));
    }
  }
  for (size_t axis = 0; axis < all.axes.size(); ++axis)
    all.is_text.push_back(std::all_of(all.trials.begin(), all.trials.end(),
                                      [&](const Observation& trial) { return !trial.levels[axis].number; }));
  return all;
}

}  // namespace saddle::analysis
