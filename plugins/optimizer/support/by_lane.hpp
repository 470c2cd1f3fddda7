// What optimizers share: the factors of an update, one a lane, and flat buffers lane by lane.
#pragma once
#include <ATen/ATen.h>
#include <saddle/optimizer.hpp>

#include <vector>

namespace saddle {

/// One lane's numbers in a flat buffer [lane, n].
template <class T>
T* row(const Tensor& x, int64_t lane) {
  return x.data_ptr<T>() + lane * x.stride(0);
}

/// The factors of every lane's update, computed in float64: `of(&Step::rate)` broadcasts against `like`.
template <class Step>
class Factors {
 public:
  template <class Make>
  Factors(const Tensor& like, Make make) : like_(like) {
    for (int64_t lane = 0; lane < like.size(0); ++lane) lanes_.push_back(make(lane));
  }
  Tensor operator()(double Step::*factor) const {
    std::vector<double> numbers;
    for (const Step& step : lanes_) numbers.push_back(step.*factor);
    return LaneReal(std::move(numbers), like_.options()).like(like_);
  }

 private:
  Tensor like_;
  std::vector<Step> lanes_;
};

/// √x for x ≥ 0, its derivative 0 at 0: where no gradient has been yet, an update stays differentiable.
inline Tensor safe_root(const Tensor& x) {
  const Tensor positive = x > 0;
  return at::where(positive, at::where(positive, x, 1).sqrt(), 0);
}

/// What a running mean may keep where it may also turn the sign at each step (Gidel et al. 2019).
constexpr Range momentum_range{.low = -1, .high = 1, .low_open = true, .high_open = true};
constexpr Range decay_range{.low = 0, .high = 1, .high_open = true};

}  // namespace saddle
