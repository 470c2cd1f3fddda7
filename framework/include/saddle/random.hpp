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
  /// Uniform numbers of 52 bits between 0 and 1, neither of which occurs, float64 whatever the stream's
  /// dtype: for quantile functions.
  Tensor open_uniform(const Shape& shape);
  /// Standard Gumbel numbers −ln(−ln u).
  Tensor gumbel(const Shape& shape);
  /// Standard logistic numbers ln u − ln(1 − u).
  Tensor logistic(const Shape& shape);

  // One number for each of the parameters [lane, …], float64, without a gradient (distributions.hpp has draws
  // with one). How much of the stream they take depends on their count alone.

  /// Natural logarithms of gamma numbers of scale 1: those of small concentrations underflow. NaN where a
  /// concentration is not positive and finite.
  Tensor log_gamma(const Tensor& concentration);
  /// Poisson numbers. NaN where a rate is negative or not finite.
  Tensor poisson(const Tensor& rate);

 private:
  template <class Function>
  Tensor from_open_uniform(const Shape& shape, Function function);
  template <class Draw>
  Tensor for_each(const Tensor& parameters, Draw draw_one);

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
