// Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011), in blocks that the compiler vectorises.
#pragma once
#include <cstdint>

namespace saddle::philox {

/// Words of `blocks` consecutive counters (block0, block0 + 1, …; step) under one key: words[j * blocks + i]
/// is word j of block i.
void words(uint64_t key, uint64_t block0, uint64_t step, int64_t blocks, uint32_t* words);

/// Box-Muller on pairs of words: n standard normal numbers from n/2 pairs (radius word, angle word), in
/// double. cosines[i], sines[i] from radius[i], angle[i].
void normals(const uint32_t* radius, const uint32_t* angle, int64_t n, double* cosines, double* sines);

}  // namespace saddle::philox
