// What optimizers share: the factors of an update, one a lane, and flat buffers lane by lane.
#pragma once
#include <ATen/ATen.h>
#include <saddle/optimizer.hpp>

#include <map>
#include <type_traits>
#include <vector>

namespace saddle {

/// One lane's numbers in a flat buffer [lane, n].
template <class T>
T* row(const Tensor& x, int64_t lane) {
  return x.data_ptr<T>() + lane * x.stride(0);
}

/// The lanes' numbers in such a buffer, a tensor each.
inline std::vector<Tensor> rows(const Tensor& x, const std::vector<int64_t>& lanes) {
  std::vector<Tensor> all;
  for (const int64_t lane : lanes) all.push_back(x.select(0, lane));
  return all;
}

/// Calls run(factors, lanes) for each set of lanes whose factors(lane) are equal.
template <class Factors, class Run>
void for_lanes_alike(int64_t lanes, Factors factors, Run run) {
  std::map<decltype(factors(0)), std::vector<int64_t>> alike;
  for (int64_t lane = 0; lane < lanes; ++lane) alike[factors(lane)].push_back(lane);
  for (const auto& [of, some] : alike) run(of, some);
}

/// The factors of every lane's update, computed in float64: `of(&Step::rate)` broadcasts against `like`. A
/// device gets them all at once.
template <class Step>
class Factors {
  static_assert(std::is_standard_layout_v<Step> && sizeof(Step) % sizeof(double) == 0, "doubles alone");

 public:
  template <class Make>
  Factors(const Tensor& like, Make make) : one_a_lane_(static_cast<size_t>(like.dim()), 1) {
    std::vector<Step> lanes;
    for (int64_t lane = 0; lane < like.size(0); ++lane) lanes.push_back(make(lane));
    one_a_lane_[0] = like.size(0);
    table_ = at::from_blob(lanes.data(), {like.size(0), sizeof(Step) / sizeof(double)}, at::kDouble)
                 .to(like.options().requires_grad(false), /*non_blocking=*/false, /*copy=*/true);
  }
  Tensor operator()(double Step::*factor) const {
    const Step step{};
    const auto column = reinterpret_cast<const char*>(&(step.*factor)) - reinterpret_cast<const char*>(&step);
    return table_.select(1, column / static_cast<std::ptrdiff_t>(sizeof(double))).view(one_a_lane_);
  }

 private:
  std::vector<int64_t> one_a_lane_;  // the shape of factors
  Tensor table_;                     // [lane, factor]
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
