// Heads: from a generator's raw output to samples with the data's support.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>

namespace saddle {

class SADDLE_API Head : public Plugin {
 public:
  static constexpr Kind kind = Kind::head;
  using KindClass = Head;
  ~Head() override;
  /// What the generator must put out so that samples have the shape `sample`.
  virtual Shape raw_shape(const Shape& sample) const { return sample; }
  virtual void declare(Declare&, const Shape& /*sample*/) {}
  /// [lane, batch, raw…] -> [lane, batch, feature…]
  virtual Tensor forward(const Params& p, const Tensor& raw, Random& random) const = 0;
  /// Every sample lies in it.
  virtual Interval range() const { return {}; }
  /// Whether samples are discrete, so that their gradient must be estimated.
  virtual bool discrete() const { return false; }
};

}  // namespace saddle
