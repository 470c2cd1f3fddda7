#include "store/trial_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

namespace saddle::store {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

using Records = std::map<std::string, TrialRecord>;

const TrialRecord* find_record(const Records& records, const std::string& id) {
  const auto at = records.find(id);
  return at == records.end() ? nullptr : &at->second;
}

/// Columns of numbers in the order in which they first appear.
class NumberColumns {
 public:
  explicit NumberColumns(size_t rows) : rows_(rows) {}
  void set(const std::string& name, size_t row, double value) {
    auto [at, fresh] = index_.try_emplace(name, columns_.size());
    if (fresh) columns_.push_back({name, std::vector<double>(rows_, missing)});
    std::get<std::vector<double>>(columns_[at->second].values)[row] = value;
  }
  std::vector<Column> take() && { return std::move(columns_); }

 private:
  size_t rows_;
  std::map<std::string, size_t> index_;
  std::vector<Column> columns_;
};

std::optional<double> bound(const Metric& metric, const char* name) {
  const auto at = metric.attributes.find(name);
  if (at == metric.attributes.end()) return {};
  if (const auto* number = std::get_if<double>(&at->second)) return *number;
  if (const auto* number = std::get_if<int64_t>(&at->second)) return static_cast<double>(*number);
  return {};
}

/// A metric that was taken out of the experiment, or defined otherwise, stays with its trial alone.
bool is_planned(const PlanRow& row, const std::string& column) {
  if (!row.metrics) return true;
  return std::any_of(row.metrics->begin(), row.metrics->end(),
                     [&](const std::string& metric) { return is_column_of(column, metric); });
}

std::vector<Column> metric_columns(const Plan& plan, const Records& records) {
  NumberColumns columns(plan.rows.size());
  for (size_t row = 0; row < plan.rows.size(); ++row) {
    const TrialRecord* record = find_record(records, plan.rows[row].id);
    if (!record) continue;
    for (const Metric& metric : record->metrics) {
      if (!is_planned(plan.rows[row], metric.column)) continue;
      const std::string name = "metric." + metric.column;
      columns.set(name, row, metric.value);
      const auto low = bound(metric, "low"), high = bound(metric, "high");
      if (!low || !high) continue;
      columns.set(name + ".low", row, *low);
      columns.set(name + ".high", row, *high);
    }
  }
  return std::move(columns).take();
}

/// Numbers where all values that are there are numbers, otherwise text.
Column param_column(const Plan& plan, const std::string& axis) {
  std::vector<std::string> texts(plan.rows.size());
  std::vector<double> numbers(plan.rows.size(), missing);
  bool any = false, all_numbers = true;
  for (size_t row = 0; row < plan.rows.size(); ++row) {
    for (const PlanParam& param : plan.rows[row].params) {
      if (param.axis != axis) continue;
      any = true;
      texts[row] = param.text;
      all_numbers = all_numbers && param.number.has_value();
      numbers[row] = param.number.value_or(missing);
    }
  }
  if (any && all_numbers) return {"param." + axis, std::move(numbers)};
  return {"param." + axis, std::move(texts)};
}

std::vector<std::string> axes_of(const Plan& plan) {
  std::vector<std::string> axes;
  for (const PlanRow& row : plan.rows)
    for (const PlanParam& param : row.params)
      if (std::find(axes.begin(), axes.end(), param.axis) == axes.end()) axes.push_back(param.axis);
  return axes;
}

}  // namespace

size_t Column::size() const {
  return std::visit([](const auto& all) { return all.size(); }, values);
}

std::string Column::text(size_t row) const {
  return std::visit(
      [&](const auto& all) -> std::string {
        using T = typename std::decay_t<decltype(all)>::value_type;
        if constexpr (std::is_same_v<T, std::string>)
          return all.at(row);
        else if constexpr (std::is_same_v<T, double>)
          return std::isnan(all.at(row)) ? "" : fmt::format("{}", all[row]);
        else
          return std::to_string(all.at(row));
      },
      values);
}

double Column::number(size_t row) const {
  return std::visit(
      [&](const auto& all) -> double {
        using T = typename std::decay_t<decltype(all)>::value_type;
        if constexpr (std::is_same_v<T, std::string>)
          return missing;
        else
          return static_cast<double>(all.at(row));
      },
      values);
}

const Column* TrialTable::find(std::string_view name) const {
  for (const Column& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

std::vector<std::string> TrialTable::names_after(std::string_view prefix) const {
  std::vector<std::string> out;
  for (const Column& column : columns)
    if (column.name.starts_with(prefix)) out.push_back(column.name.substr(prefix.size()));
  return out;
}

TrialTable make_trial_table(const Plan& plan, const Records& records) {
  std::vector<std::string> ids, statuses, hashes;
  std::vector<uint64_t> seeds;
  std::vector<int64_t> steps;
  std::vector<double> seconds;
  for (const PlanRow& row : plan.rows) {
    const TrialRecord* record = find_record(records, row.id);
    ids.push_back(row.id);
    statuses.emplace_back(to_text(record ? record->status : row.status));
    seeds.push_back(row.seed);
    steps.push_back(record ? record->steps : 0);
    seconds.push_back(record ? record->seconds : missing);
    hashes.push_back(record ? record->stored_sha256 : "");
  }
  TrialTable table;
  table.columns = {{"id", std::move(ids)},          {"status", std::move(statuses)},
                   {"seed", std::move(seeds)},      {"steps", std::move(steps)},
                   {"seconds", std::move(seconds)}, {"result_sha256", std::move(hashes)}};
  for (const std::string& axis : axes_of(plan)) table.columns.push_back(param_column(plan, axis));
  for (Column& column : metric_columns(plan, records)) table.columns.push_back(std::move(column));
  return table;
}

}  // namespace saddle::store
