// Small linear algebra, one lane after the other in float64 on the CPU: LAPACK promises the same bits only
// for memory of equal alignment, and a lane's lies where its neighbours let it.
#pragma once
#include <saddle/lanes.hpp>

namespace saddle {

/// An orthonormal basis, row by row, of what the rows of `block` [lane, k, n] span, k ≤ n. A row that those
/// before it span already gives way to the first of `otherwise` [lane, k, n], then of the axes, that is new.
Tensor orthonormal_rows(const Tensor& block, const Tensor& otherwise);

/// The eigenvectors of symmetric matrices [lane, k, k], as rows, that of the largest eigenvalue first.
Tensor eigenvectors(const Tensor& symmetric);

}  // namespace saddle
