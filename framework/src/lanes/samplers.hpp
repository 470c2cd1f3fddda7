// One number of a distribution from the words that are its own.
#pragma once
#include <array>
#include <cstdint>

namespace saddle::samplers {

/// The blocks of four 32-bit words that belong to one number, whether it needs them all or not: a sampler
/// that rejects draws again from its own, and nobody's numbers depend on another's fate.
class Words {
 public:
  Words(uint64_t key, uint64_t step, uint64_t block) : key_(key), step_(step), block_(block) {}
  /// Fetches the number's i-th block.
  void take(uint64_t i);
  /// Uniform between 0 and 1, neither of which occurs, of the block's first or second half.
  double uniform(int half) const;
  /// Standard normal, of the block's first half.
  double normal() const;

 private:
  uint64_t key_, step_, block_;
  std::array<uint32_t, 4> words_{};
};

/// Blocks of a number. Each round rejects with a probability of 0.05 (gamma) or 0.2 at most.
constexpr uint64_t gamma_blocks = 16, poisson_blocks = 32;

/// (n + ½)·2⁻⁵², n the first 52 bits.
double open_uniform(uint32_t high, uint32_t low);
/// ln of a gamma number of scale 1.
double log_gamma(Words& words, double concentration);
double poisson(Words& words, double rate);

}  // namespace saddle::samplers
