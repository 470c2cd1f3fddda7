// Elementary functions of float32 without branches and library calls, so that loops over them are vectorised:
// the C library's are scalar and were three quarters of a small tanh critic's time. A few units in the last
// place from the true value; every version that the compiler makes gives the same bits.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <saddle/portable.hpp>

namespace saddle::kernels {

/// x = n ln 2 + r with |r| ≤ ln 2 / 2, and e^r − 1.
struct ExpParts {
  float n, rest;
  int32_t power;
};

[[gnu::always_inline]] inline ExpParts exp_parts(float x) {
  // Adding 1.5·2²³ rounds to a whole number, which then stands in the last bits.
  constexpr float shift = 12582912.0F;
  const float shifted = x * 1.44269504F + shift, n = shifted - shift;
  const float r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  // Cephes' expf.
  const float p =
      ((((1.9875691500e-4F * r + 1.3981999507e-3F) * r + 8.3334519073e-3F) * r + 4.1665795894e-2F) * r +
       1.6666665459e-1F) *
          r +
      5.0000001201e-1F;
  return {n, p * r * r + r, std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(shift)};
}

/// x · 2ⁿ for n from −252 to 254, in two factors: the result may be subnormal or overflow.
[[gnu::always_inline]] inline float times_power_of_two(float x, int32_t n) {
  const int32_t half = n >> 1;
  return x * std::bit_cast<float>((half + 127) << 23) * std::bit_cast<float>((n - half + 127) << 23);
}

[[gnu::always_inline]] inline float clamped(float x, float low, float high) {
  const float above = x < low ? low : x;  // keeps NaN
  return above > high ? high : above;
}

[[gnu::always_inline]] inline float exp(float x) {
  const ExpParts e = exp_parts(clamped(x, -110, 100));
  return times_power_of_two(1 + e.rest, e.power);
}

[[gnu::always_inline]] inline float expm1(float x) {
  const ExpParts e = exp_parts(clamped(x, -40, 100));
  return times_power_of_two(e.rest + (1 - times_power_of_two(1, -e.power)), e.power);
}

[[gnu::always_inline]] inline float tanh(float x) {
  const float t = expm1(2 * clamped(std::abs(x), 0, 20));
  return std::copysign(t / (t + 2), x);
}

[[gnu::always_inline]] inline float sigmoid(float x) {
  const float e = exp(-std::abs(x));
  return (x >= 0 ? 1.0F : e) / (1 + e);
}

/// ln(1 + x) for x from 0 to 1: 2 artanh(x / (2 + x)).
[[gnu::always_inline]] inline float log1p_of_unit(float x) {
  const float s = x / (2 + x), z = s * s;
  const float p =
      (((((((z / 17 + 1.0F / 15) * z + 1.0F / 13) * z + 1.0F / 11) * z + 1.0F / 9) * z + 1.0F / 7) * z +
        1.0F / 5) *
           z +
       1.0F / 3) *
      z;
  return 2 * (s + s * p);
}

[[gnu::always_inline]] inline float softplus(float x) {
  return clamped(x, 0, __builtin_inff()) + log1p_of_unit(exp(-std::abs(x)));
}

// Of float64.
inline double exp(double x) { return portable::exp(x); }
inline double expm1(double x) { return portable::expm1(x); }
inline double tanh(double x) { return portable::tanh(x); }
inline double sigmoid(double x) {
  const double e = portable::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : e) / (1 + e);
}
inline double softplus(double x) { return (x > 0 ? x : 0) + portable::log1p(portable::exp(-std::abs(x))); }

}  // namespace saddle::kernels
