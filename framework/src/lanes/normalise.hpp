// Normalisation in one node of the graph: what stands before an activation is bound by memory, not
// arithmetic.
#pragma once
#include <saddle/lanes.hpp>

namespace saddle {

/// Whose mean and variance: those of each column over all rows, or of each sample's rows and columns.
enum class Statistics { columns, samples };

struct NormalisedRows {
  Tensor y;               ///< (x − mean)/√(variance + epsilon) · scale + shift
  Tensor mean, variance;  ///< [lane, column] or [lane, sample], the variance divided by n; not differentiated
};

/// x [lane, sample·rows, column], `rows` of each sample; scale and shift [lane, column].
NormalisedRows normalise(const Tensor& x, const Tensor& scale, const Tensor& shift, Statistics statistics,
                         int64_t rows, double epsilon);

}  // namespace saddle
