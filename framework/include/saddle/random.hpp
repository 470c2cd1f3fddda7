// Random numbers that depend on (seed, purpose, step) alone.
//
// A stream is the Philox 4x32-10 counter-based generator (Salmon et al. 2011) under a key made of seed and
// purpose; the step and the position within the step are its counter. Nothing is carried from step to step,
// so a resumed trial draws what an uninterrupted one would have drawn, in whatever group of lanes it sits,
// and trials with one seed share data order, latents and, where shapes agree, initial weights.
#pragma once
#include <saddle/lanes.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace saddle {

/// The draws of a group of lanes for one purpose at one step. Each draw takes the stream's next numbers.
class SADDLE_API Random {
 public:
  Random(std::vector<uint64_t> keys, int64_t step, const at::TensorOptions& options);
  int64_t lanes() const { return static_cast<int64_t>(keys_.size()); }
  /// Dtype and device of the numbers drawn.
  const at::TensorOptions& options() const { return options_; }
  /// Standard normal numbers: [lane, shape…]. Tails reach ±6.7.
  Tensor normal(const Shape& shape);
  /// Uniform numbers in [low, high), in steps of (high − low)·2⁻²⁴.
  Tensor uniform(const Shape& shape, double low = 0, double high = 1);
  /// Whole numbers 0 … count − 1, int64.
  Tensor integers(const Shape& shape, int64_t count);
  /// Indices drawn with the given probabilities (they need not sum to one), int64.
  Tensor choice(const Shape& shape, const std::vector<double>& weights);

 private:
  std::vector<uint64_t> keys_;
  at::TensorOptions options_;
  int64_t step_;
  uint64_t position_ = 0;  // in blocks of four 32-bit words
};

/// The streams of a group of lanes: one seed a lane.
class SADDLE_API Streams {
 public:
  Streams(std::vector<uint64_t> seeds, at::TensorOptions options);
  Random at(std::string_view purpose, int64_t step) const;
  const std::vector<uint64_t>& seeds() const { return seeds_; }
  const at::TensorOptions& options() const { return options_; }

 private:
  std::vector<uint64_t> seeds_;
  at::TensorOptions options_;
};

}  // namespace saddle
