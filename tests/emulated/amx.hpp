// Intel's tile registers and their product of bfloat16 numbers in plain C++, in place of the intrinsics in
// framework/src/lanes/products_amx.cpp: what that file computes can be tested on processors without AMX. Sums
// are those of TDPBF16PS in Intel's manual: over a tile's even and odd places, each a chain of fused
// multiply-adds, then their sum, then what the tile held.
#pragma once
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#undef _tile_dpbf16ps
#undef _tile_loadconfig
#undef _tile_loadd
#undef _tile_release
#undef _tile_stored
#undef _tile_zero

namespace emulated {

struct Registers {
  unsigned char shape[64];
  unsigned char tile[8][16][64];

  int rows(int t) const { return shape[48 + t]; }
  int bytes(int t) const { return shape[16 + 2 * t] | shape[17 + 2 * t] << 8; }
};
inline thread_local Registers registers;

inline void load(int t, const void* from, int64_t step) {
  std::memset(registers.tile[t], 0, sizeof registers.tile[t]);
  for (int r = 0; r < registers.rows(t); ++r)
    std::memcpy(registers.tile[t][r], static_cast<const char*>(from) + r * step,
                static_cast<size_t>(registers.bytes(t)));
}
inline void store(int t, void* to, int64_t step) {
  for (int r = 0; r < registers.rows(t); ++r)
    std::memcpy(static_cast<char*>(to) + r * step, registers.tile[t][r],
                static_cast<size_t>(registers.bytes(t)));
}

/// The two bfloat16 numbers of a place of 32 bits.
struct Pair {
  Pair(int t, int row, int place) {
    uint32_t bits = 0;
    std::memcpy(&bits, registers.tile[t][row] + 4 * place, 4);
    even = std::bit_cast<float>(bits << 16);
    odd = std::bit_cast<float>(bits & 0xFFFF0000U);
  }
  float even, odd;
};

inline void multiply(int to, int a, int b) {
  for (int i = 0; i < registers.rows(to); ++i)
    for (int j = 0; j < registers.bytes(to) / 4; ++j) {
      float even = 0, odd = 0, sum = 0;
      for (int p = 0; p < registers.bytes(a) / 4; ++p) {
        const Pair x(a, i, p), y(b, p, j);
        even = std::fma(x.even, y.even, even);
        odd = std::fma(x.odd, y.odd, odd);
      }
      std::memcpy(&sum, registers.tile[to][i] + 4 * j, 4);
      sum += even + odd;
      std::memcpy(registers.tile[to][i] + 4 * j, &sum, 4);
    }
}

/// Says that there are tiles and bfloat16 products.
inline int features(unsigned, unsigned, unsigned* a, unsigned* b, unsigned* c, unsigned* d) {
  *a = *b = *c = 0;
  *d = 1U << 22 | 1U << 24;
  return 1;
}

}  // namespace emulated

#define __get_cpuid_count emulated::features
#define syscall(...) 0  // the system lends them
#define _tile_dpbf16ps(to, a, b) emulated::multiply(to, a, b)
#define _tile_loadconfig(from) std::memcpy(emulated::registers.shape, from, 64)
#define _tile_loadd(t, from, step) emulated::load(t, from, step)
#define _tile_release() static_cast<void>(0)
#define _tile_stored(t, to, step) emulated::store(t, to, step)
#define _tile_zero(t) std::memset(emulated::registers.tile[t], 0, sizeof emulated::registers.tile[t])
