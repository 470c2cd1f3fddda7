// Lanes. Every tensor that crosses the API has a leading lane axis, [lane, batch, feature…]; a lane is one
// independent trial. Write the mathematics of one trial and never mix axis 0.
#pragma once
#include <ATen/core/Tensor.h>
#include <saddle/export.hpp>

#include <cstdint>
#include <vector>

namespace saddle {

using Tensor = at::Tensor;

/// Sizes of one sample or one parameter, without the lane and batch axes.
using Shape = std::vector<int64_t>;

SADDLE_API int64_t numel(const Shape&);

/// A closed interval of the real line.
struct Interval {
  double low = -__builtin_inf();
  double high = __builtin_inf();
  bool contains(const Interval& other) const { return low <= other.low && other.high <= high; }
};

/// A real number that may differ from lane to lane: shape [lane], in the trial's dtype.
class SADDLE_API LaneReal {
 public:
  LaneReal() = default;
  LaneReal(std::vector<double> numbers, const at::TensorOptions& options);
  const Tensor& values() const { return values_; }
  /// Reshaped to broadcast against x, whose leading axis is the lane axis.
  Tensor like(const Tensor& x) const;
  /// f of every lane's value, computed in float64: `rate.map([&](double r) { return r * factor; })`.
  template <class F>
  LaneReal map(F&& f) const {
    std::vector<double> mapped;
    for (const double number : numbers_) mapped.push_back(f(number));
    return {std::move(mapped), values_.options()};
  }
  int64_t lanes() const { return static_cast<int64_t>(numbers_.size()); }
  /// The value of one lane, as the user wrote it: not rounded to the trial's dtype.
  double at(int64_t lane) const { return numbers_[static_cast<size_t>(lane)]; }

 private:
  std::vector<double> numbers_;
  Tensor values_;
};

SADDLE_API Tensor operator*(const LaneReal& a, const Tensor& x);
SADDLE_API Tensor operator*(const Tensor& x, const LaneReal& a);
SADDLE_API Tensor operator/(const Tensor& x, const LaneReal& a);
SADDLE_API Tensor operator+(const Tensor& x, const LaneReal& a);
SADDLE_API Tensor operator-(const Tensor& x, const LaneReal& a);

}  // namespace saddle
