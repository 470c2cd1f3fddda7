#if defined(__AVX512F__)
#include <immintrin.h>

#include "product_loops.hpp"
#include "unit_512.hpp"

namespace saddle::products {
namespace {

template <>
struct Unit<double> {
  using V = __m512d;
  static constexpr int size = 8, rows = 6, vectors = 4, dot_rows = 8;
  static __mmask8 first(int64_t count) { return static_cast<__mmask8>((1U << count) - 1); }
  static V zero() { return _mm512_setzero_pd(); }
  static V all(double x) { return _mm512_set1_pd(x); }
  static V load(const double* p) { return _mm512_loadu_pd(p); }
  static V load_part(const double* p, int64_t count) { return _mm512_maskz_loadu_pd(first(count), p); }
  static void store(double* p, V x) { _mm512_storeu_pd(p, x); }
  static void store_part(double* p, V x, int64_t count) { _mm512_mask_storeu_pd(p, first(count), x); }
  static V fma(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
  static V add(V a, V b) { return _mm512_add_pd(a, b); }
  static V low(V a, V b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static V high(V a, V b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
  static V relu(V x) { return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, zero(), _CMP_NLE_UQ), x); }
  static V gate(V y, V g) { return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(y, zero(), _CMP_GT_OQ), g); }
};

constexpr Loops loops = {loops_of<Unit<float>, float>, loops_of<Unit<double>, double>, true};

}  // namespace

const Loops& loops_512() { return loops; }

}  // namespace saddle::products
#endif
