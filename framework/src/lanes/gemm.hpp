// Matrix products of one lane, through the BLAS inside LibTorch.
#pragma once
#include <cstdint>

namespace saddle {

/// Row-major C[m×n] = op(A)·op(B) + beta·C, op(A) m×k, op(B) k×n; matrices are dense.
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
          float beta, float* c);
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
          const double* b, double beta, double* c);

}  // namespace saddle
