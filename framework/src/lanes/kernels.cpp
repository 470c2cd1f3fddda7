#include "kernels.hpp"

#include <saddle/vectorize.hpp>

#include <bit>
#include <cstring>

#include "elementary.hpp"
#include "products.hpp"

namespace saddle::kernels {
namespace {

constexpr double leaky_slope = 0.2;

template <class T>
void gate(const products::Gate<T>& g) {
  const products::Loops& loops = *products::loops_here()[0];
  if constexpr (sizeof(T) == sizeof(float))
    loops.of_float.gate(g);
  else
    loops.of_double.gate(g);
}

}  // namespace

// An exponent of ones is that of infinities and NaN.
SADDLE_VECTORIZE bool all_finite(const float* x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; ++i)
    bad |= (std::bit_cast<uint32_t>(x[i]) & 0x7F800000U) == 0x7F800000U ? 1U : 0U;
  return bad == 0;
}
SADDLE_VECTORIZE bool all_finite(const double* x, int64_t n) {
  constexpr uint64_t exponent = 0x7FF0000000000000U;
  uint64_t bad = 0;
  for (int64_t i = 0; i < n; ++i) bad |= (std::bit_cast<uint64_t>(x[i]) & exponent) == exponent ? 1U : 0U;
  return bad == 0;
}

// One body for both number types: target_clones does not go with templates.
#define SADDLE_KERNELS(T)                                                                               \
  SADDLE_VECTORIZE double sum(const T* __restrict x, int64_t n) {                                       \
    double part[16] = {};                                                                               \
    const int64_t whole = n - n % 16;                                                                   \
    for (int64_t i = 0; i < whole; i += 16)                                                             \
      for (int j = 0; j < 16; ++j) part[j] += static_cast<double>(x[i + j]);                            \
    for (int64_t i = whole; i < n; ++i) part[i - whole] += static_cast<double>(x[i]);                   \
    for (int width = 8; width > 0; width /= 2)                                                          \
      for (int j = 0; j < width; ++j) part[j] += part[j + width];                                       \
    return part[0];                                                                                     \
  }                                                                                                     \
  static SADDLE_VECTORIZE void relu_loop(T* __restrict y, int64_t n) {                                  \
    for (int64_t i = 0; i < n; ++i) y[i] = y[i] <= 0 ? T(0) : y[i]; /* keeps NaN */                     \
  }                                                                                                     \
  static SADDLE_VECTORIZE void leaky_loop(T* __restrict y, int64_t n) {                                 \
    for (int64_t i = 0; i < n; ++i) y[i] = y[i] > 0 ? y[i] : static_cast<T>(leaky_slope) * y[i];        \
  }                                                                                                     \
  static SADDLE_VECTORIZE void leaky_gradient(const T* __restrict g, const T* __restrict y,             \
                                              T* __restrict out, int64_t n) {                           \
    for (int64_t i = 0; i < n; ++i) out[i] = y[i] > 0 ? g[i] : static_cast<T>(leaky_slope) * g[i];      \
  }                                                                                                     \
  static SADDLE_VECTORIZE void tanh_gradient(const T* __restrict g, const T* __restrict y,              \
                                             T* __restrict out, int64_t n) {                            \
    for (int64_t i = 0; i < n; ++i) out[i] = g[i] * (1 - y[i] * y[i]);                                  \
  }                                                                                                     \
  static SADDLE_VECTORIZE void sigmoid_gradient(const T* __restrict g, const T* __restrict y,           \
                                                T* __restrict out, int64_t n) {                         \
    for (int64_t i = 0; i < n; ++i) out[i] = g[i] * (y[i] * (1 - y[i]));                                \
  }                                                                                                     \
  static SADDLE_VECTORIZE void softplus_gradient(const T* __restrict g, const T* __restrict y,          \
                                                 T* __restrict out, int64_t n) {                        \
    for (int64_t i = 0; i < n; ++i) out[i] = -g[i] * expm1(-y[i]); /* σ(x) = 1 − e⁻ʸ */           \
  }                                                                                                     \
  void activate(Activation a, T* y, int64_t n) {                                                        \
    switch (a) {                                                                                        \
      case Activation::identity:                                                                        \
        return;                                                                                         \
      case Activation::relu:                                                                            \
        return relu_loop(y, n);                                                                         \
      case Activation::leaky_relu:                                                                      \
        return leaky_loop(y, n);                                                                        \
      case Activation::tanh:                                                                            \
        return tanh(y, y, n);                                                                           \
      case Activation::sigmoid:                                                                         \
        return sigmoid(y, y, n);                                                                        \
      case Activation::softplus:                                                                        \
        return softplus(y, y, n);                                                                       \
    }                                                                                                   \
  }                                                                                                     \
  void activation_gradient(Activation a, const T* g, const T* y, T* out, int64_t n) {                   \
    switch (a) {                                                                                        \
      case Activation::identity:                                                                        \
        std::memcpy(out, g, static_cast<size_t>(n) * sizeof(T));                                        \
        return;                                                                                         \
      case Activation::relu:                                                                            \
        return gate<T>({1, n, g, y, out, nullptr});                                                     \
      case Activation::leaky_relu:                                                                      \
        return leaky_gradient(g, y, out, n);                                                            \
      case Activation::tanh:                                                                            \
        return tanh_gradient(g, y, out, n);                                                             \
      case Activation::sigmoid:                                                                         \
        return sigmoid_gradient(g, y, out, n);                                                          \
      case Activation::softplus:                                                                        \
        return softplus_gradient(g, y, out, n);                                                         \
    }                                                                                                   \
  }                                                                                                     \
  static SADDLE_VECTORIZE void add_rows(const T* __restrict b, T* __restrict y, int64_t rows,           \
                                        int64_t columns) {                                              \
    for (int64_t r = 0; r < rows; ++r)                                                                  \
      for (int64_t c = 0; c < columns; ++c) y[r * columns + c] += b[c];                                 \
  }                                                                                                     \
  static SADDLE_VECTORIZE void add_and_relu(const T* __restrict b, T* __restrict y, int64_t rows,       \
                                            int64_t columns) {                                          \
    for (int64_t r = 0; r < rows; ++r)                                                                  \
      for (int64_t c = 0; c < columns; ++c) {                                                           \
        const T x = y[r * columns + c] + b[c];                                                          \
        y[r * columns + c] = x <= 0 ? T(0) : x; /* keeps NaN */                                         \
      }                                                                                                 \
  }                                                                                                     \
  void add_and_activate(Activation a, const T* b, T* y, int64_t rows, int64_t columns) {                \
    if (a == Activation::relu) return add_and_relu(b, y, rows, columns);                                \
    add_rows(b, y, rows, columns);                                                                      \
    activate(a, y, rows* columns);                                                                      \
  }                                                                                                     \
  SADDLE_VECTORIZE void column_sums(const T* __restrict g, T* __restrict out, int64_t rows,             \
                                    int64_t columns) {                                                  \
    if (columns <= 2) { /* then sums of a row would wait for those of the row before, in memory */      \
      for (int64_t c = 0; c < columns; ++c) {                                                           \
        T sum = 0;                                                                                      \
        for (int64_t r = 0; r < rows; ++r) sum += g[r * columns + c];                                   \
        out[c] = sum;                                                                                   \
      }                                                                                                 \
      return;                                                                                           \
    }                                                                                                   \
    for (int64_t c = 0; c < columns; ++c) out[c] = 0;                                                   \
    for (int64_t r = 0; r < rows; ++r)                                                                  \
      for (int64_t c = 0; c < columns; ++c) out[c] += g[r * columns + c];                               \
  }                                                                                                     \
  void activation_gradient(Activation a, const T* g, const T* y, T* out, T* sums, int64_t rows,         \
                           int64_t columns) {                                                           \
    if (sums != nullptr && a == Activation::relu) return gate<T>({rows, columns, g, y, out, sums});     \
    activation_gradient(a, g, y, out, rows* columns);                                                   \
    if (sums != nullptr) column_sums(out, sums, rows, columns);                                         \
  }                                                                                                     \
  SADDLE_VECTORIZE void softplus(const T* x, T* y, int64_t n) {                                         \
    for (int64_t i = 0; i < n; ++i) y[i] = softplus(x[i]);                                              \
  }                                                                                                     \
  SADDLE_VECTORIZE void sigmoid(const T* x, T* y, int64_t n) {                                          \
    for (int64_t i = 0; i < n; ++i) y[i] = sigmoid(x[i]);                                               \
  }                                                                                                     \
  SADDLE_VECTORIZE void expm1(const T* x, T* y, int64_t n) {                                            \
    for (int64_t i = 0; i < n; ++i) y[i] = expm1(x[i]);                                                 \
  }                                                                                                     \
  SADDLE_VECTORIZE void scaled_exp(const T* __restrict x, T* __restrict y, int64_t n, T rate, T factor, \
                                   bool adds) {                                                         \
    if (adds)                                                                                           \
      for (int64_t i = 0; i < n; ++i) y[i] += factor * exp(rate * x[i]);                                \
    else                                                                                                \
      for (int64_t i = 0; i < n; ++i) y[i] = factor * exp(rate * x[i]);                                 \
  }                                                                                                     \
  SADDLE_VECTORIZE void tanh(const T* x, T* y, int64_t n) {                                             \
    for (int64_t i = 0; i < n; ++i) y[i] = tanh(x[i]);                                                  \
  }

SADDLE_KERNELS(float)
SADDLE_KERNELS(double)

}  // namespace saddle::kernels
