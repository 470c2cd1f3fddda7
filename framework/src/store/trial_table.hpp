// The table of a store: one row a planned trial, in the plan's order; what comparisons read.
#pragma once
#include "store/plan.hpp"
#include "store/record.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace saddle::store {

struct Column {
  std::string name;
  std::variant<std::vector<std::string>, std::vector<double>, std::vector<int64_t>, std::vector<uint64_t>>
      values;

  size_t size() const;
  bool is_text() const { return values.index() == 0; }
  std::string text(size_t row) const;  ///< numbers in their shortest form, NaN as ""
  double number(size_t row) const;     ///< NaN for text
};

struct TrialTable {
  /// id, status, seed, steps, seconds, result_sha256, param.<axis>, metric.<column>[.low|.high] of the
  /// metrics that are planned
  std::vector<Column> columns;

  size_t rows() const { return columns.empty() ? 0 : columns.front().size(); }
  const Column* find(std::string_view name) const;
  /// The names after a prefix, in order: after "param." the axes.
  std::vector<std::string> names_after(std::string_view prefix) const;
};

/// `records` holds at least the summaries of the trials that are there; the other rows are as planned.
TrialTable make_trial_table(const Plan&, const std::map<std::string, TrialRecord>& records);

}  // namespace saddle::store
