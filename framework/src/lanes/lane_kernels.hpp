// Kernels over all lanes that a recording knows apart, to do two of them in one pass. Matrices are dense.
#pragma once
#include <saddle/ops.hpp>

#include <cstdint>
#include <optional>

#include "recording.hpp"

namespace saddle {

/// C [m×n] = op(A)·op(B) in every lane. Operands: A, B, C.
template <class T>
struct LaneProducts {
  bool transpose_a, transpose_b;
  int64_t lanes, m, n, k;
  int64_t step_a, step_b;  ///< from one lane's matrix to the next one's
  void operator()(char* const* operands) const;
};

/// An activation's way back, g·activation′, from its value y; unless null, its sums over the rows in every
/// lane. Operands: g, y, what comes through, sums.
template <class T>
struct LaneGates {
  Activation activation;
  int64_t lanes, rows, columns;
  void operator()(char* const* operands) const;
};

/// One kernel for a product and the gate through which all of it passes, with their bits. Operands: A, B, y,
/// what comes through, sums. Nothing where there is none.
std::optional<Recording::Kernel> gated_product(const Recording::Kernel& product,
                                               const Recording::Kernel& gate);

}  // namespace saddle
