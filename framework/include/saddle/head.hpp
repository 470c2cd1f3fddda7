// Heads: from a generator's raw output to samples with the data's support.
#pragma once
#include <saddle/data.hpp>
#include <saddle/kind.hpp>
#include <saddle/params.hpp>

namespace saddle {

/// What autograd's derivative of a training sample by the raw output is, the random numbers held.
enum class SampleGradient {
  exact,     ///< the sample's own derivative
  estimate,  ///< not that, but an estimate of how the mean over samples changes: pathwise through a sampler
             ///< that rejects, or past a step that has no slope
  score      ///< nothing: the objective takes the slope of `log_likelihood`, weighted by each sample's loss
};

/// What samples are, beyond the range of each number.
struct Support {
  bool whole = false;        ///< every number is a whole one: counts, bits
  bool composition = false;  ///< along the last axis no number is negative and they sum to one
};

class SADDLE_API Head : public Plugin {
 public:
  static constexpr Kind kind = Kind::head;
  using KindClass = Head;
  ~Head() override;
  /// What the generator must put out so that samples have the shape `sample`.
  virtual Shape raw_shape(const Shape& sample) const { return sample; }
  /// Called once, before `declare`: a look at the training data, for those that must know something of it.
  /// `random` has one lane and is the same for every trial.
  virtual void observe(const Data& /*data*/, Random& /*random*/) {}
  virtual void declare(Declare&, const Shape& /*sample*/) {}
  /// [lane, batch, raw…] -> [lane, batch, feature…]. `p.training()`: whether the samples are to train with,
  /// which may be relaxed, or to look at.
  virtual Tensor forward(const Params& p, const Tensor& raw, Random& random) const = 0;
  /// Whether `forward` can be called for one part of samples of this shape after the other along their first
  /// axis, [lane, batch, 1, …] -> [lane, batch, 1, …], so that a generator can feed back what came out.
  virtual bool works_by_position(const Shape& /*sample*/) const { return false; }
  /// Every sample lies in it.
  virtual Interval range() const { return {}; }
  /// What samples in evaluation are; data that aren't the same are refused.
  virtual Support support() const { return {}; }
  /// Whether training samples take separate values only, so that they have no slope of their own.
  virtual bool discrete() const { return false; }
  virtual SampleGradient gradient() const { return SampleGradient::exact; }
  /// Whether it asks `p.temperature(…)`: then the trial has `train.temperature_schedule`.
  virtual bool has_temperature() const { return false; }
  /// Whether the distribution of its samples, given the raw output, has a known probability or density.
  virtual bool has_likelihood() const { return false; }
  /// Its natural logarithm: [lane, batch, raw…], [lane, batch, feature…] -> [lane, batch].
  virtual Tensor log_likelihood(const Params& p, const Tensor& raw, const Tensor& samples) const;
};

}  // namespace saddle
