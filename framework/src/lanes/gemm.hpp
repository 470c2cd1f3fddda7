// Matrix products of one lane. They go through our own loops (products.hpp), those of float32 numbers that
// are not thin through their bfloat16 parts where the processor multiplies these fast (products_amx.cpp), and
// the largest through the BLAS inside LibTorch. SADDLE_KERNELS decides when the process starts: with `fma`
// there are no parts, with `portable` neither parts nor BLAS.
#pragma once
#include <saddle/export.hpp>
#include <saddle/ops.hpp>

#include <cstdint>
#include <string>
#include <string_view>

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

/// C = op(A)·op(B) where the numbers of Y [m×n] are above 0, and 0 elsewhere; `sums`, unless null, Σ_i
/// C[i][j]. The bits of a product and of a pass for the gate; m is at least 1.
void gated_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a,
                const float* b, const float* y, float* c, float* sums);
void gated_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
                const double* b, const double* y, double* c, double* sums);

/// A dense layer's way back through relu, without a pass of its own, where products go through bfloat16 parts
/// (can_gate). Numbers of g [rows × outputs] count where those of y are above 0: dx = g·wᵀ, dw = xᵀ·g, and
/// db, unless null, their sums over the rows.
bool can_gate(int64_t rows, int64_t inputs, int64_t outputs);
void gated_to_inputs(int64_t rows, int64_t inputs, int64_t outputs, const float* g, const float* y,
                     const float* w, float* dx);
void gated_to_weights(int64_t rows, int64_t inputs, int64_t outputs, const float* g, const float* y,
                      const float* x, float* dw, float* db);

/// Through what a process with these kernels computes products on this machine, e.g. "bfloat16-parts fma
/// blas".
SADDLE_API std::string product_names(std::string_view kernels);

}  // namespace saddle
