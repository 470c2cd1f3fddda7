#include "gemm.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "aligned.hpp"
#include "kernels.hpp"
#include "products.hpp"

extern "C" {  // Fortran's names
// NOLINTBEGIN(readability-identifier-naming)
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
            const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
            const int*, const double*, const int*, const double*, double*, const int*);
// NOLINTEND(readability-identifier-naming)
}

namespace saddle {
namespace {

// BLAS is column-major: the transposes of all three matrices, in the other order.
template <class T, class F>
void row_major(F* blas, bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, bool adds,
               T* c) {
  const int rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(k);
  const int lda = ta ? rows : inner, ldb = tb ? inner : columns;
  const T one = 1, beta = adds ? 1 : 0;
  blas(tb ? "T" : "N", ta ? "T" : "N", &columns, &rows, &inner, &one, b, &ldb, a, &lda, &beta, c, &columns);
}

// MKL's kernels for thin matrices treat unaligned rows apart, so their last bits depend on where a lane's
// matrix starts: measured for offsets that are no multiple of 16 bytes. Such matrices pass through aligned
// copies.
bool aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % alignment == 0; }

template <class T, class F>
void same_bits_anywhere(F* blas, bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b,
                        bool adds, T* c) {
  if (aligned(a) && aligned(b) && aligned(c)) return row_major(blas, ta, tb, m, n, k, a, b, adds, c);
  const Aligned<T> own_a(aligned(a) ? 0 : m * k), own_b(aligned(b) ? 0 : k * n),
      own_c(aligned(c) ? 0 : m * n);
  if (!aligned(a)) a = std::copy_n(a, m * k, own_a.data) - m * k;
  if (!aligned(b)) b = std::copy_n(b, k * n, own_b.data) - k * n;
  T* result = c;
  if (!aligned(c)) {
    result = own_c.data;
    if (adds) std::copy_n(c, m * n, result);
  }
  row_major(blas, ta, tb, m, n, k, a, b, adds, result);
  if (result != c) std::copy_n(result, m * n, c);
}

void blas_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const float* a, const float* b, bool adds,
               float* c) {
  same_bits_anywhere(sgemm_, ta, tb, m, n, k, a, b, adds, c);
}
void blas_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const double* a, const double* b, bool adds,
               double* c) {
  same_bits_anywhere(dgemm_, ta, tb, m, n, k, a, b, adds, c);
}

/// Which products are ours, and how they are computed.
struct Choice {
  const products::Loops& loops = *products::loops_here()[0];
  bool always;  // the BLAS has other kernels on other processors
  products::Multiply* by_parts;

  explicit Choice(std::string_view kernels)
      : always(kernels == "portable"),
        by_parts(kernels.empty() || kernels == "native" ? products::by_parts_here() : nullptr) {}

  // Below this, packing costs what multiplying saves; so does filling up tiles of 16 rows and columns.
  bool in_parts(int64_t m, int64_t n, int64_t k) const {
    const auto filled = [](int64_t x) { return (x + 15) / 16 * 16; };
    return by_parts != nullptr && std::min({m, n, k}) >= 64 &&
           4 * filled(m) * filled(n) * filled(k) <= 5 * m * n * k;
  }

  // The BLAS keeps parts of the largest matrices in each of the caches; these loops don't.
  bool ours(int64_t m, int64_t n, int64_t k) const {
    constexpr int64_t most = int64_t{1} << 26;
    return always || (loops.fast && m * n * k <= most);
  }
};

const Choice& choice() {
  static const char* kernels = std::getenv("SADDLE_KERNELS");
  static const Choice made(kernels != nullptr ? kernels : "");
  return made;
}

template <class T>
const products::LoopsOf<T>& loops() {
  if constexpr (sizeof(T) == sizeof(float))
    return choice().loops.of_float;
  else
    return choice().loops.of_double;
}

/// Memory that lasts from one product to the next: `which` of several pieces.
template <class T, int which = 0>
T* scratch(int64_t n) {
  static thread_local std::vector<T> memory;
  if (memory.size() < static_cast<size_t>(n)) memory.resize(static_cast<size_t>(n));
  return memory.data();
}

/// The numbers of a register that any processor here has, or of several.
constexpr int64_t wide = 16;

/// Whether by dot products: rows of A lie along p, and so can, or do, those of B.
bool by_dots(bool ta, bool tb, int64_t m, int64_t n, int64_t k) {
  return !ta && k >= wide && (n < wide || (tb && m <= 4));
}

/// Whether by its transpose op(B)ᵀ·A, along the rows of A as it is stored.
bool turned(bool ta, int64_t m, int64_t n) { return ta && n < wide && m >= wide; }

// The narrow side of a product can't fill registers; what does then depends on which numbers lie side by
// side.
template <class T>
void own_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T* c,
              const products::Finish<T>& finish) {
  if (by_dots(ta, tb, m, n, k)) {
    const T* rows = b;
    if (!tb && n > 1) {
      T* own = scratch<T>(n * k);
      loops<T>().transpose({k, n, b, n, own, k});
      rows = own;
    }
    return loops<T>().dots({m, n, k, a, k, rows, k, c, n, finish});
  }
  // Cᵀ = op(B)ᵀ·A, along the rows of A as it is stored.
  if (turned(ta, m, n) && finish.bias == nullptr && !finish.relu) {
    products::Outer<T> o{n, m, k, b, tb ? k : 1, tb ? 1 : n, a, m, c, m, {.adds = finish.adds}};
    if (n == 1) return loops<T>().outer(o);
    o.c = scratch<T>(n * m);
    o.finish.adds = false;
    loops<T>().outer(o);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) c[i * n + j] = o.c[j * m + i] + (finish.adds ? c[i * n + j] : T(0));
    return;
  }
  // Small matrices are as fast to read where they are, and so are those of which each number is used seldom.
  // The largest would be kept twice.
  constexpr int64_t much = int64_t{1} << 15, most = int64_t{1} << 22;
  T* rows = ta && m * k > much && m * k <= most ? scratch<T, 1>(m * k) : nullptr;
  T* panel = tb || (n * k > much && m >= wide) ? scratch<T, 2>(products::panel_columns * k) : nullptr;
  loops<T>().packed({m, n, k, a, ta ? 1 : k, ta ? m : 1, b, tb ? 1 : n, tb ? k : 1, c, n, finish}, rows,
                    panel);
}

/// Whether it was done through bfloat16 parts.
template <class T>
bool done_in_parts(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T* c,
                   const products::Finish<T>& finish) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (!choice().in_parts(m, n, k)) return false;
    choice().by_parts({m, n, k, a, ta ? 1 : k, ta ? m : 1, b, tb ? 1 : n, tb ? k : 1, c, n, finish});
    return true;
  }
  return false;
}

template <class T>
void any_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, bool adds, T* c) {
  if (done_in_parts<T>(ta, tb, m, n, k, a, b, c, {.adds = adds})) return;
  if (choice().ours(m, n, k)) return own_gemm(ta, tb, m, n, k, a, b, c, {.adds = adds});
  blas_gemm(ta, tb, m, n, k, a, b, adds, c);
}

template <class T>
void any_affine(Activation activation, int64_t m, int64_t n, int64_t k, const T* a, const T* b, const T* bias,
                T* c) {
  const bool relu = activation == Activation::relu;
  if (done_in_parts<T>(false, false, m, n, k, a, b, c, {.bias = bias, .relu = relu})) {
    if (!relu) kernels::activate(activation, c, m * n);
    return;
  }
  if (!choice().ours(m, n, k)) {
    blas_gemm(false, false, m, n, k, a, b, false, c);
    return kernels::add_and_activate(activation, bias, c, m, n);
  }
  own_gemm(false, false, m, n, k, a, b, c, {.bias = bias, .relu = relu});
  if (!relu) kernels::activate(activation, c, m * n);
}

template <class T>
void any_gated(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, const T* y, T* c,
               T* sums) {
  const bool parts = sizeof(T) == sizeof(float) && choice().in_parts(m, n, k);
  if (!parts && choice().ours(m, n, k) && !by_dots(ta, tb, m, n, k) && !turned(ta, m, n))
    return own_gemm(ta, tb, m, n, k, a, b, c, {.gate = y, .gated = sums});
  any_gemm(ta, tb, m, n, k, a, b, false, c);
  loops<T>().gate({m, n, c, y, c, sums});
}

}  // namespace

void gated_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a,
                const float* b, const float* y, float* c, float* sums) {
  any_gated(transpose_a, transpose_b, m, n, k, a, b, y, c, sums);
}
void gated_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
                const double* b, const double* y, double* c, double* sums) {
  any_gated(transpose_a, transpose_b, m, n, k, a, b, y, c, sums);
}

bool can_gate(int64_t rows, int64_t inputs, int64_t outputs) {
  return choice().in_parts(rows, inputs, outputs);
}
void gated_to_inputs(int64_t rows, int64_t inputs, int64_t outputs, const float* g, const float* y,
                     const float* w, float* dx) {
  products::Parts parts{rows, inputs, outputs, g, outputs, 1, w, 1, outputs, dx, inputs, {}};
  parts.a_gate = y;
  choice().by_parts(parts);
}
void gated_to_weights(int64_t rows, int64_t inputs, int64_t outputs, const float* g, const float* y,
                      const float* x, float* dw, float* db) {
  products::Parts parts{inputs, outputs, rows, x, 1, inputs, g, outputs, 1, dw, outputs, {}};
  parts.b_gate = y;
  parts.b_sums = db;
  choice().by_parts(parts);
}

std::string product_names(std::string_view kernels) {
  const Choice here(kernels);
  if (here.always) return "fma";
  const std::string parts = here.by_parts != nullptr ? "bfloat16-parts " : "";
  return parts + (here.loops.fast ? "fma blas" : "blas");
}

void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
          bool adds, float* c) {
  any_gemm(transpose_a, transpose_b, m, n, k, a, b, adds, c);
}
void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
          const double* b, bool adds, double* c) {
  any_gemm(transpose_a, transpose_b, m, n, k, a, b, adds, c);
}

void affine(Activation activation, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
            const float* bias, float* c) {
  any_affine(activation, m, n, k, a, b, bias, c);
}
void affine(Activation activation, int64_t m, int64_t n, int64_t k, const double* a, const double* b,
            const double* bias, double* c) {
  any_affine(activation, m, n, k, a, b, bias, c);
}

}  // namespace saddle
