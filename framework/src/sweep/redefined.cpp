#include "sweep/redefined.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sweep/record.hpp"

namespace saddle {
namespace {

bool holds(const store::TrialRecord& record, const std::string& name) {
  return std::any_of(record.metrics.begin(), record.metrics.end(),
                     [&](const store::Metric& m) { return store::is_column_of(m.column, name); });
}

bool holds_as_asked(const store::TrialRecord& record, const std::string& name, const TrialConfig& trial,
                    const PartConfig& metric) {
  return std::any_of(record.metrics.begin(), record.metrics.end(), [&](const store::Metric& m) {
    return store::is_column_of(m.column, name) && is_measured_as(trial, metric, m);
  });
}

void rename(store::TrialRecord& record, const std::string& name, const std::string& to) {
  const auto renamed = [&](const std::string& column) {
    return store::is_column_of(column, name) ? to + column.substr(name.size()) : column;
  };
  for (store::Metric& metric : record.metrics) metric.column = renamed(metric.column);
  for (store::Series& series : record.series) series.name = renamed(series.name);
}

std::string aside(const std::string& name, int number) { return fmt::format("{}@{}", name, number); }

}  // namespace

std::vector<Redefinition> set_aside_redefined(store::TrialRecord& record, const TrialConfig& trial) {
  std::vector<Redefinition> all;
  for (const PartPtr& metric : trial.metrics) {
    const std::string& name = metric->as;
    if (holds_as_asked(record, name, trial, *metric)) continue;
    int asked = 1, free = 1;
    while (holds(record, aside(name, free))) ++free;
    while (asked < free && !holds_as_asked(record, aside(name, asked), trial, *metric)) ++asked;
    Redefinition one{name, holds(record, name) ? aside(name, free) : std::string(), asked < free};
    if (!one.aside.empty()) rename(record, name, one.aside);
    if (one.came_back) rename(record, aside(name, asked), name);
    if (!one.aside.empty() || one.came_back) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace saddle
