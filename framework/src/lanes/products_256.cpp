#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#include "product_loops.hpp"

namespace saddle::products {
namespace {

// From here on 8 − count numbers of 32 bits are ones, then zeros.
alignas(32) constexpr int32_t ones[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

template <class T>
struct Unit;

template <>
struct Unit<float> {
  using V = __m256;
  static constexpr int size = 8, rows = 6, vectors = 2, dot_rows = 4;
  static __m256i first(int64_t count) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(ones + 8 - count));
  }
  static V zero() { return _mm256_setzero_ps(); }
  static V all(float x) { return _mm256_set1_ps(x); }
  static V load(const float* p) { return _mm256_loadu_ps(p); }
  static V load_part(const float* p, int64_t count) { return _mm256_maskload_ps(p, first(count)); }
  static void store(float* p, V x) { _mm256_storeu_ps(p, x); }
  static void store_part(float* p, V x, int64_t count) { _mm256_maskstore_ps(p, first(count), x); }
  static V fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
  static V add(V a, V b) { return _mm256_add_ps(a, b); }
  static V low(V a, V b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static V high(V a, V b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
  static V relu(V x) { return _mm256_and_ps(_mm256_cmp_ps(x, zero(), _CMP_NLE_UQ), x); }
  static V gate(V y, V g) { return _mm256_and_ps(_mm256_cmp_ps(y, zero(), _CMP_GT_OQ), g); }
};

template <>
struct Unit<double> {
  using V = __m256d;
  static constexpr int size = 4, rows = 6, vectors = 2, dot_rows = 2;
  static __m256i first(int64_t count) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(ones + 8 - 2 * count));
  }
  static V zero() { return _mm256_setzero_pd(); }
  static V all(double x) { return _mm256_set1_pd(x); }
  static V load(const double* p) { return _mm256_loadu_pd(p); }
  static V load_part(const double* p, int64_t count) { return _mm256_maskload_pd(p, first(count)); }
  static void store(double* p, V x) { _mm256_storeu_pd(p, x); }
  static void store_part(double* p, V x, int64_t count) { _mm256_maskstore_pd(p, first(count), x); }
  static V fma(V a, V b, V c) { return _mm256_fmadd_pd(a, b, c); }
  static V add(V a, V b) { return _mm256_add_pd(a, b); }
  static V low(V a, V b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
  static V high(V a, V b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
  static V relu(V x) { return _mm256_and_pd(_mm256_cmp_pd(x, zero(), _CMP_NLE_UQ), x); }
  static V gate(V y, V g) { return _mm256_and_pd(_mm256_cmp_pd(y, zero(), _CMP_GT_OQ), g); }
};

constexpr Loops loops = {loops_of<Unit<float>, float>, loops_of<Unit<double>, double>, true};

}  // namespace

const Loops& loops_256() { return loops; }

}  // namespace saddle::products
#endif
