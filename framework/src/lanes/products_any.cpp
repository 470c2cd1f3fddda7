#include "product_loops.hpp"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace saddle::products {
namespace {

template <class T>
struct Unit;

#if defined(__aarch64__)
constexpr bool fast = true;

template <>
struct Unit<float> {
  using V = float32x4_t;
  static constexpr int size = 4, rows = 6, vectors = 4, dot_rows = 4;
  static V zero() { return vdupq_n_f32(0); }
  static V all(float x) { return vdupq_n_f32(x); }
  static V load(const float* p) { return vld1q_f32(p); }
  static V load_part(const float* p, int64_t count) {
    float x[size] = {};
    for (int64_t i = 0; i < count; ++i) x[i] = p[i];
    return load(x);
  }
  static void store(float* p, V x) { vst1q_f32(p, x); }
  static void store_part(float* p, V x, int64_t count) {
    float all[size];
    store(all, x);
    for (int64_t i = 0; i < count; ++i) p[i] = all[i];
  }
  static V fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
  static V add(V a, V b) { return vaddq_f32(a, b); }
  static V low(V a, V b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
  static V high(V a, V b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
  static V relu(V x) { return vbslq_f32(vcleq_f32(x, zero()), zero(), x); }
  static V gate(V y, V g) { return vbslq_f32(vcgtq_f32(y, zero()), g, zero()); }
};

template <>
struct Unit<double> {
  using V = float64x2_t;
  static constexpr int size = 2, rows = 6, vectors = 4, dot_rows = 2;
  static V zero() { return vdupq_n_f64(0); }
  static V all(double x) { return vdupq_n_f64(x); }
  static V load(const double* p) { return vld1q_f64(p); }
  static V load_part(const double* p, int64_t count) {
    const double x[size] = {p[0], count > 1 ? p[1] : 0};
    return load(x);
  }
  static void store(double* p, V x) { vst1q_f64(p, x); }
  static void store_part(double* p, V x, int64_t count) {
    p[0] = vgetq_lane_f64(x, 0);
    if (count > 1) p[1] = vgetq_lane_f64(x, 1);
  }
  static V fma(V a, V b, V c) { return vfmaq_f64(c, a, b); }
  static V add(V a, V b) { return vaddq_f64(a, b); }
  static V low(V a, V b) { return __builtin_shufflevector(a, b, 0, 2); }
  static V high(V a, V b) { return __builtin_shufflevector(a, b, 1, 3); }
  static V relu(V x) { return vbslq_f64(vcleq_f64(x, zero()), zero(), x); }
  static V gate(V y, V g) { return vbslq_f64(vcgtq_f64(y, zero()), g, zero()); }
};
#else
constexpr bool fast = false;

inline float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

template <class T>
struct Unit {
  using V = T;
  static constexpr int size = 1, rows = 4, vectors = 2, dot_rows = 1;
  static V zero() { return 0; }
  static V all(T x) { return x; }
  static V load(const T* p) { return *p; }
  static V load_part(const T* p, int64_t) { return *p; }
  static void store(T* p, V x) { *p = x; }
  static void store_part(T* p, V x, int64_t) { *p = x; }
  static V fma(V a, V b, V c) { return fused(a, b, c); }
  static V add(V a, V b) { return a + b; }
  static V low(V a, V) { return a; }
  static V high(V, V b) { return b; }
  static V relu(V x) { return x <= 0 ? T(0) : x; }
  static V gate(V y, V g) { return y > 0 ? g : T(0); }
};
#endif

constexpr Loops loops = {loops_of<Unit<float>, float>, loops_of<Unit<double>, double>, fast};

}  // namespace

const Loops& loops_any() { return loops; }

}  // namespace saddle::products
