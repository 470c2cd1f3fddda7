// Plain loops over one lane's numbers. No ATen here: they are compiled for several vector widths.
#pragma once
#include <saddle/ops.hpp>

#include <cstdint>

namespace saddle::kernels {

/// Sum of n numbers in double, in an order that depends on n alone.
double sum(const float* x, int64_t n);
double sum(const double* x, int64_t n);

/// Whether none of n numbers is infinite or not a number.
bool all_finite(const float* x, int64_t n);
bool all_finite(const double* x, int64_t n);

/// y[i] = activation(y[i]), in place.
void activate(Activation, float* y, int64_t n);
void activate(Activation, double* y, int64_t n);

/// out[i] = g[i] · activation′, from the activation's value y.
void activation_gradient(Activation, const float* g, const float* y, float* out, int64_t n);
void activation_gradient(Activation, const double* g, const double* y, double* out, int64_t n);

/// y[r][c] = activation(y[r][c] + b[c]), in place.
void add_and_activate(Activation, const float* b, float* y, int64_t rows, int64_t columns);
void add_and_activate(Activation, const double* b, double* y, int64_t rows, int64_t columns);

/// out[r][c] = g[r][c] · activation′, and, unless `sums` is null, its sums: sums[c] = Σ_r out[r][c].
void activation_gradient(Activation, const float* g, const float* y, float* out, float* sums, int64_t rows,
                         int64_t columns);
void activation_gradient(Activation, const double* g, const double* y, double* out, double* sums,
                         int64_t rows, int64_t columns);

/// out[c] = Σ_r g[r][c].
void column_sums(const float* g, float* out, int64_t rows, int64_t columns);
void column_sums(const double* g, double* out, int64_t rows, int64_t columns);

void softplus(const float* x, float* y, int64_t n);
void softplus(const double* x, double* y, int64_t n);
void sigmoid(const float* x, float* y, int64_t n);
void sigmoid(const double* x, double* y, int64_t n);
void expm1(const float* x, float* y, int64_t n);
void expm1(const double* x, double* y, int64_t n);
void tanh(const float* x, float* y, int64_t n);
/// y[i] (+)= factor · exp(rate · x[i]), added where `adds`.
void scaled_exp(const float* x, float* y, int64_t n, float rate, float factor, bool adds);
void scaled_exp(const double* x, double* y, int64_t n, double rate, double factor, bool adds);
void tanh(const double* x, double* y, int64_t n);

}  // namespace saddle::kernels
