#include "philox.hpp"

#include <saddle/vectorize.hpp>

#include <bit>
#include <cmath>

namespace saddle::philox {

SADDLE_VECTORIZE
void words(uint64_t key, uint64_t block0, uint64_t step, int64_t blocks, uint32_t* __restrict out) {
  constexpr uint64_t m0 = 0xD2511F53, m1 = 0xCD9E8D57;
  constexpr uint32_t w0 = 0x9E3779B9, w1 = 0xBB67AE85;
  uint32_t* __restrict x0 = out;
  uint32_t* __restrict x1 = out + blocks;
  uint32_t* __restrict x2 = out + 2 * blocks;
  uint32_t* __restrict x3 = out + 3 * blocks;
  const auto step_low = static_cast<uint32_t>(step), step_high = static_cast<uint32_t>(step >> 32);
  for (int64_t i = 0; i < blocks; ++i) {
    const uint64_t block = block0 + static_cast<uint64_t>(i);
    auto c0 = static_cast<uint32_t>(block), c1 = static_cast<uint32_t>(block >> 32);
    uint32_t c2 = step_low, c3 = step_high;
    auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = m0 * c0, p1 = m1 * c2;
      const uint32_t n0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
      const uint32_t n2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
      c1 = static_cast<uint32_t>(p1);
      c3 = static_cast<uint32_t>(p0);
      c0 = n0;
      c2 = n2;
      k0 += w0;
      k1 += w1;
    }
    x0[i] = c0;
    x1[i] = c1;
    x2[i] = c2;
    x3[i] = c3;
  }
}

// Of a whole number below 2⁵². Without AVX-512 no instruction converts a vector of 64-bit ones.
[[gnu::always_inline]] static inline double number(uint64_t x) {
  return std::bit_cast<double>(x | 0x4330000000000000) - 0x1p52;
}

// The logarithm and the sine are written out: the library's depend on the processor, and have no vector form.
SADDLE_VECTORIZE
void normals(const uint32_t* __restrict radius, const uint32_t* __restrict angle, int64_t n,
             double* __restrict cosines, double* __restrict sines) {
  for (int64_t i = 0; i < n; ++i) {
    // log u for u = (word + ½)·2⁻³² through the atanh series around the nearest power of two.
    const double u = (number(radius[i]) + 0.5) * 0x1p-32;
    const auto bits = std::bit_cast<uint64_t>(u);
    constexpr uint64_t sqrt_half = 0x3FE6A09E667F3BCD, more = 1024;  // its shift is above 0 then
    const uint64_t shift = (bits - sqrt_half + (more << 52)) >> 52;
    const double m = std::bit_cast<double>(bits - ((shift - more) << 52));
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double p = 1.0 / 23;
    p = p * z + 1.0 / 21;
    p = p * z + 1.0 / 19;
    p = p * z + 1.0 / 17;
    p = p * z + 1.0 / 15;
    p = p * z + 1.0 / 13;
    p = p * z + 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    const double log_u = (number(shift) - number(more)) * 0.693147180559945309417 + 2.0 * (s + s * (z * p));
    const double r = std::sqrt(-2.0 * log_u);
    // The angle in quarter turns: q nearest, t within ±π/4 of it.
    const uint32_t q = (angle[i] + 0x20000000u) >> 30;
    const auto rest = static_cast<int32_t>(angle[i] - (q << 30));
    const double t = static_cast<double>(rest) * (1.57079632679489661923 * 0x1p-30), t2 = t * t;
    double sp = 1.0 / 1307674368000.0;
    sp = 1.0 / 6227020800.0 - t2 * sp;
    sp = 1.0 / 39916800.0 - t2 * sp;
    sp = 1.0 / 362880.0 - t2 * sp;
    sp = 1.0 / 5040.0 - t2 * sp;
    sp = 1.0 / 120.0 - t2 * sp;
    sp = 1.0 / 6.0 - t2 * sp;
    const double sine = t - t * (t2 * sp);
    double cp = 1.0 / 20922789888000.0;
    cp = 1.0 / 87178291200.0 - t2 * cp;
    cp = 1.0 / 479001600.0 - t2 * cp;
    cp = 1.0 / 3628800.0 - t2 * cp;
    cp = 1.0 / 40320.0 - t2 * cp;
    cp = 1.0 / 720.0 - t2 * cp;
    cp = 1.0 / 24.0 - t2 * cp;
    const double cosine = 1.0 - t2 * (0.5 - t2 * cp);
    const bool odd = (q & 1u) != 0;
    const double c = odd ? sine : cosine, d = odd ? cosine : sine;
    cosines[i] = r * (((q + 1) & 2u) != 0 ? -c : c);
    sines[i] = r * ((q & 2u) != 0 ? -d : d);
  }
}

}  // namespace saddle::philox
