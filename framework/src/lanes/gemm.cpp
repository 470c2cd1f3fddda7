#include "gemm.hpp"

#include <algorithm>

#include "aligned.hpp"

extern "C" {
void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
            const int*, const float*, const int*, const float*, float*, const int*);
void dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
            const int*, const double*, const int*, const double*, double*, const int*);
}

namespace saddle {
namespace {

// BLAS is column-major: the transposes of all three matrices, in the other order.
template <class T, class F>
void row_major(F* blas, bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T beta,
               T* c) {
  const int rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(k);
  const int lda = ta ? rows : inner, ldb = tb ? inner : columns;
  const T one = 1;
  blas(tb ? "T" : "N", ta ? "T" : "N", &columns, &rows, &inner, &one, b, &ldb, a, &lda, &beta, c, &columns);
}

// MKL's kernels for thin matrices treat unaligned rows apart, so their last bits depend on where a lane's
// matrix starts: measured for offsets that are no multiple of 16 bytes. Such matrices pass through aligned
// copies.
bool aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % alignment == 0; }

template <class T, class F>
void same_bits_anywhere(F* blas, bool ta, bool tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b,
                        T beta, T* c) {
  if (aligned(a) && aligned(b) && aligned(c)) return row_major(blas, ta, tb, m, n, k, a, b, beta, c);
  const Aligned<T> own_a(aligned(a) ? 0 : m * k), own_b(aligned(b) ? 0 : k * n),
      own_c(aligned(c) ? 0 : m * n);
  if (!aligned(a)) a = std::copy_n(a, m * k, own_a.data) - m * k;
  if (!aligned(b)) b = std::copy_n(b, k * n, own_b.data) - k * n;
  T* result = c;
  if (!aligned(c)) {
    result = own_c.data;
    if (beta != 0) std::copy_n(c, m * n, result);
  }
  row_major(blas, ta, tb, m, n, k, a, b, beta, result);
  if (result != c) std::copy_n(result, m * n, c);
}

}  // namespace

void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const float* a, const float* b,
          float beta, float* c) {
  same_bits_anywhere(sgemm_, transpose_a, transpose_b, m, n, k, a, b, beta, c);
}

void gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, const double* a,
          const double* b, double beta, double* c) {
  same_bits_anywhere(dgemm_, transpose_a, transpose_b, m, n, k, a, b, beta, c);
}

}  // namespace saddle
