#include "table.hpp"
#include <saddle/portable.hpp>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/schema.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "files.hpp"

namespace saddle {
namespace {

/// visit(row, column, value&) of every number that a table stores; a dense one is float64.
template <class Visit>
void each_number(Table& table, Visit visit) {
  if (table.dense.defined()) {
    table.dense = table.dense.to(at::kDouble).contiguous();
    auto* x = table.dense.mutable_data_ptr<double>();
    for (int64_t i = 0; i < table.rows(); ++i)
      for (int64_t j = 0; j < table.columns(); ++j) visit(i, j, *x++);
    return;
  }
  SparseRows& s = table.sparse;
  for (int64_t i = 0; i < s.rows(); ++i)
    for (int64_t e = s.starts[static_cast<size_t>(i)]; e < s.starts[static_cast<size_t>(i) + 1]; ++e)
      visit(i, s.column[static_cast<size_t>(e)], s.values[static_cast<size_t>(e)]);
}

/// The same of a table that stays as it is.
template <class Visit>
void each_number(const Table& table, Visit visit) {
  Table view = {table.name, table.dense, {}, {}};
  if (table.dense.defined()) return each_number(view, visit);
  const SparseRows& s = table.sparse;
  for (int64_t i = 0; i < s.rows(); ++i)
    for (int64_t e = s.starts[static_cast<size_t>(i)]; e < s.starts[static_cast<size_t>(i) + 1]; ++e)
      visit(i, s.column[static_cast<size_t>(e)], s.values[static_cast<size_t>(e)]);
}

}  // namespace

SparseRows rows_of(int64_t rows, int64_t columns, const std::vector<int64_t>& row,
                   const std::vector<int64_t>& column, const std::vector<double>& values) {
  std::vector<size_t> order(row.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(row[a], column[a], a) < std::tie(row[b], column[b], b);
  });
  SparseRows sparse;
  sparse.columns = columns;
  for (size_t k = 0; k < order.size(); ++k) {
    const size_t e = order[k];
    const bool again = k > 0 && row[order[k - 1]] == row[e] && column[order[k - 1]] == column[e];
    if (again) {
      sparse.values.back() += values[e];
      continue;
    }
    while (sparse.rows() <= row[e]) sparse.starts.push_back(static_cast<int64_t>(sparse.values.size()));
    sparse.column.push_back(static_cast<int32_t>(column[e]));
    sparse.values.push_back(values[e]);
    sparse.starts.back() = static_cast<int64_t>(sparse.values.size());
  }
  sparse.starts.resize(static_cast<size_t>(rows) + 1, static_cast<int64_t>(sparse.values.size()));
  return sparse;
}

SparseRows transposed(const SparseRows& columns, int64_t rows) {
  SparseRows result;
  result.columns = columns.rows();
  result.starts.assign(static_cast<size_t>(rows) + 1, 0);
  for (const int32_t row : columns.column) ++result.starts[static_cast<size_t>(row) + 1];
  std::partial_sum(result.starts.begin(), result.starts.end(), result.starts.begin());
  result.column.resize(columns.column.size());
  result.values.resize(columns.values.size());
  std::vector<int64_t> next(result.starts.begin(), result.starts.end() - 1);
  for (int64_t j = 0; j < columns.rows(); ++j)
    for (auto e = static_cast<size_t>(columns.starts[static_cast<size_t>(j)]);
         e < static_cast<size_t>(columns.starts[static_cast<size_t>(j) + 1]); ++e) {
      const auto at = static_cast<size_t>(next[static_cast<size_t>(columns.column[e])]++);
      result.column[at] = static_cast<int32_t>(j);
      result.values[at] = columns.values[e];
    }
  return result;
}

void check_finite(const Table& table) {
  if (table.dense.defined() &&
      (!table.dense.is_floating_point() || table.dense.isfinite().all().item<bool>()))
    return;
  each_number(table, [&](int64_t row, int64_t column, double x) {
    if (!std::isfinite(x))
      throw ParamError("path", fmt::format("{}: row {}, column {}: {} is not a finite number", table.name,
                                           row + 1, column + 1, number_text(x)));
  });
}

Tensor row_sums(const Table& table) {
  Tensor sums = at::zeros({table.rows()}, at::kDouble);
  auto* sum = sums.mutable_data_ptr<double>();
  each_number(table, [&](int64_t row, int64_t, double x) { sum[row] += x; });
  return sums;
}

double smallest(const Table& table) {
  const bool gaps = static_cast<int64_t>(table.sparse.values.size()) < table.rows() * table.columns();
  double least = table.dense.defined() || !gaps ? std::numeric_limits<double>::infinity() : 0;
  each_number(table, [&](int64_t, int64_t, double x) { least = std::min(least, x); });
  return least;
}

void normalise(Table& table, const Tensor& factors, bool log1p) {
  const Tensor of_row = factors.contiguous();
  const auto* factor = of_row.const_data_ptr<double>();
  each_number(table, [&](int64_t row, int64_t, double& x) {
    x *= factor[row];
    if (log1p) x = portable::log1p(x);
  });
}

ColumnMoments column_moments(const Table& table, double (*f)(double)) {
  const auto n = static_cast<double>(table.rows());
  const Tensor mean = at::zeros({table.columns()}, at::kDouble), squares = at::zeros_like(mean),
               stored = at::zeros_like(mean);
  auto* m = mean.mutable_data_ptr<double>();
  auto* s = squares.mutable_data_ptr<double>();
  auto* k = stored.mutable_data_ptr<double>();
  each_number(table, [&](int64_t, int64_t column, double x) {
    m[column] += f(x);
    ++k[column];
  });
  mean.div_(n);
  each_number(table, [&](int64_t, int64_t column, double x) {
    const double d = f(x) - m[column];
    s[column] += d * d;
  });
  return {mean, (squares + (n - stored) * mean.square()) / (n - 1)};
}

void select_columns(Table& table, const Tensor& which) {
  if (table.dense.defined()) {
    table.dense = table.dense.index_select(1, which);
    return;
  }
  std::vector<int32_t> place(static_cast<size_t>(table.columns()), -1);
  for (int64_t k = 0; k < which.size(0); ++k)
    place[static_cast<size_t>(which[k].item<int64_t>())] = static_cast<int32_t>(k);
  SparseRows kept;
  kept.columns = which.size(0);
  each_number(static_cast<const Table&>(table), [&](int64_t row, int64_t column, double x) {
    while (kept.rows() <= row) kept.starts.push_back(static_cast<int64_t>(kept.values.size()));
    if (place[static_cast<size_t>(column)] < 0) return;
    kept.column.push_back(place[static_cast<size_t>(column)]);
    kept.values.push_back(x);
    kept.starts.back() = static_cast<int64_t>(kept.values.size());
  });
  kept.starts.resize(table.sparse.starts.size(), static_cast<int64_t>(kept.values.size()));
  table.sparse = std::move(kept);
}

void make_dense(Table& table) {
  if (table.dense.defined()) return;
  const double numbers = static_cast<double>(table.rows()) * static_cast<double>(table.columns());
  check_memory(4 * numbers, table.name,
               fmt::format("{} × {} numbers as a dense table", table.rows(), table.columns()),
               "Keep fewer features: variable_features: 2000");
  Tensor dense = at::zeros({table.rows(), table.columns()}, at::kFloat);
  auto* x = dense.mutable_data_ptr<float>();
  const int64_t columns = table.columns();
  each_number(static_cast<const Table&>(table), [&](int64_t row, int64_t column, double value) {
    x[row * columns + column] = static_cast<float>(value);
  });
  table.dense = dense;
  table.sparse = {};
}

}  // namespace saddle
