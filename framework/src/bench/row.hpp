// What the bench has measured, and the table of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "analysis/table.hpp"

namespace saddle::bench {

/// Values of the rounds.
struct Rounds {
  std::vector<double> values{};
  bool empty() const { return values.empty(); }
  double median() const;
  double low() const;
  double high() const;
};

/// Beside another library, in the same rounds.
struct Against {
  Rounds speed{};   ///< its steps a second
  Rounds ratio{};   ///< ours over its
  double goal = 0;  ///< 0: none
};

struct Row {
  std::string group, measured, unit;
  Rounds value{};
  std::optional<double> goal{};
  Rounds of_large{};  ///< share of the BLAS's speed on a large product
  Rounds of_own{};    ///< and on the products of this work
  Against jax{}, pytorch{};
};

struct Report {
  std::vector<Row> rows;
  std::vector<std::string> notes;
  bool peers = false;
};

/// For people: medians, with the spread of the rounds. For programs: every number in a column of its own.
analysis::Table table_of(const Report& report, bool for_programs);

}  // namespace saddle::bench
