// Matrix products of one lane: small ones through our own loops, large ones through the BLAS inside LibTorch.
#pragma once
#include <saddle/ops.hpp>

#include <cstdint>

namespace saddle {

/// Row-major C[m×n] = op(A)·op(B), op(A) m×k, op(B) k×n, added to what C holds if `adds`; matrices are dense.
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
          bool adds, float* c);
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
          const double* b, bool adds, double* c);

/// C[m×n] = activation(A·B + bias), bias [n].
void affine(Activation, int64_t m, int64_t n, int64_t k, const float* a, const float* b, const float* bias,
            float* c);
void affine(Activation, int64_t m, int64_t n, int64_t k, const double* a, const double* b, const double* bias,
            double* c);

}  // namespace saddle
