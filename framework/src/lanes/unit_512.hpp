// What a register of 512 bits says of itself to the loops of product_loops.hpp, for float32 numbers. Included
// by files that are compiled for processors with AVX-512, and includes nothing that another file could share.
#pragma once
#include <immintrin.h>

#include <cstdint>

namespace saddle::products {
namespace {

template <class T>
struct Unit;

template <>
struct Unit<float> {
  using V = __m512;
  static constexpr int size = 16, rows = 6, vectors = 4, dot_rows = 8;
  /// The first of the numbers, all or none of them where there are not so many.
  static __mmask16 first(int64_t count) {
    return static_cast<__mmask16>(count >= size ? 0xffffU : count > 0 ? (1U << count) - 1 : 0U);
  }
  static V zero() { return _mm512_setzero_ps(); }
  static V all(float x) { return _mm512_set1_ps(x); }
  static V load(const float* p) { return _mm512_loadu_ps(p); }
  static V load_part(const float* p, int64_t count) { return _mm512_maskz_loadu_ps(first(count), p); }
  static void store(float* p, V x) { _mm512_storeu_ps(p, x); }
  static void store_part(float* p, V x, int64_t count) { _mm512_mask_storeu_ps(p, first(count), x); }
  static V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
  static V add(V a, V b) { return _mm512_add_ps(a, b); }
  static V low(V a, V b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static V high(V a, V b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  static V relu(V x) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, zero(), _CMP_NLE_UQ), x); }
  static V gate(V y, V g) { return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, zero(), _CMP_GT_OQ), g); }
};

}  // namespace
}  // namespace saddle::products
