// Tables of numbers, a row a sample and a column a feature: dense, or sparse as compressed rows.
#pragma once
#include <saddle/lanes.hpp>

#include <string>
#include <vector>

#include "labels.hpp"

namespace saddle {

/// The numbers that are not zero, row by row.
struct SparseRows {
  int64_t columns = 0;
  std::vector<int64_t> starts{0};  ///< row i has the entries starts[i] … starts[i + 1] − 1
  std::vector<int32_t> column;     ///< of each entry
  std::vector<double> values;
  int64_t rows() const { return static_cast<int64_t>(starts.size()) - 1; }
};

/// From entries in any order; those of one place are added up.
SparseRows rows_of(int64_t rows, int64_t columns, const std::vector<int64_t>& row,
                   const std::vector<int64_t>& column, const std::vector<double>& values);

/// Columns of a matrix that are compressed become rows: [row, column] as before.
SparseRows transposed(const SparseRows& columns, int64_t rows);

struct Table {
  std::string name;  ///< of the file, for messages
  Tensor dense;      ///< [row, column] of any number type; undefined: `sparse` holds the numbers
  SparseRows sparse;
  Labels labels;
  int64_t rows() const { return dense.defined() ? dense.size(0) : sparse.rows(); }
  int64_t columns() const { return dense.defined() ? dense.size(1) : sparse.columns; }
};

/// Throws ParamError("path", …) with row and column, counted from 1, if a number is not finite.
void check_finite(const Table&);
/// Sum of each row: [row] float64.
Tensor row_sums(const Table&);
/// The smallest number, zeros that are not stored included.
double smallest(const Table&);
/// Every row times its factor [row], then, if asked for, log(1 + x). A dense table becomes float64.
void normalise(Table&, const Tensor& factors, bool log1p);
/// Mean and variance (with n − 1) of each column of f(number), zeros included; f(0) must be 0. float64
struct ColumnMoments {
  Tensor mean, variance;
};
ColumnMoments column_moments(const Table&, double (*f)(double));
/// Keeps these columns, in the given order: [k] int64.
void select_columns(Table&, const Tensor& which);
/// Zeros written out, in float32. Throws ParamError("path", …) where the memory does not suffice.
void make_dense(Table&);

}  // namespace saddle
