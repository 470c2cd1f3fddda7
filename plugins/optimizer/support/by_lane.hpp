// What optimizers share: the factors of an update, one a lane, and flat buffers lane by lane.
#pragma once
#include <ATen/ATen.h>
#include <saddle/optimizer.hpp>

#include <algorithm>
#include <map>
#include <type_traits>
#include <vector>

namespace saddle {

/// One lane's numbers in a flat buffer [lane, n].
template <class T>
T* row(const Tensor& x, int64_t lane) {
  return x.data_ptr<T>() + lane * x.stride(0);
}

/// The lanes' numbers in such a buffer, for ATen's fused kernels. These give a block of threads to every
/// 65,536 numbers of a tensor, too few to keep a device busy: so smaller tensors, but not more than a launch
/// or two take. `lanes` rise.
inline std::vector<Tensor> pieces(const Tensor& x, const std::vector<int64_t>& lanes) {
  constexpr int64_t most = 120, smallest = 8192, unit = 16;
  const int64_t total = static_cast<int64_t>(lanes.size()) * x.size(1);
  const int64_t size = std::max(smallest, (total / most + unit - 1) / unit * unit);
  std::vector<Tensor> all;
  for (size_t first = 0, next = 0; first < lanes.size(); first = next) {
    do ++next;
    while (x.is_contiguous() && next < lanes.size() && lanes[next] == lanes[next - 1] + 1);
    const Tensor run = x.narrow(0, lanes[first], static_cast<int64_t>(next - first)).view(-1);
    for (Tensor& piece : run.split(size)) all.push_back(std::move(piece));
  }
  return all;
}

/// Lanes whose updates have the same factors, and what a fused kernel gets of them.
template <class Factors>
struct Alike {
  Factors factors;
  std::vector<int64_t> lanes;
  std::vector<Tensor> params, gradients;
  std::vector<std::vector<Tensor>> states;
};

/// Lanes by what factors(lane) makes of them, kept between updates. Null where there are so many kinds of
/// them that a launch for each takes longer than one for each operator.
template <class Make>
auto lanes_alike(const Update& u, Make factors) {
  using Factors = decltype(factors(0));
  using All = std::vector<Alike<Factors>>;
  constexpr size_t few = 4;
  std::map<Factors, std::vector<int64_t>> lanes;
  for (int64_t lane = 0; lane < u.params.size(0); ++lane) {
    lanes[factors(lane)].push_back(lane);
    if (lanes.size() > few) return static_cast<const All*>(nullptr);
  }
  auto* all = std::any_cast<All>(&u.prepared);
  const auto same = [](const Alike<Factors>& one, const auto& other) { return one.lanes == other.second; };
  if (all == nullptr || !std::equal(all->begin(), all->end(), lanes.begin(), lanes.end(), same)) {
    all = &u.prepared.emplace<All>();
    for (const auto& [of, some] : lanes) {
      Alike<Factors> one{of, some, pieces(u.params, some), pieces(u.gradient, some), {}};
      for (const Tensor& state : u.states) one.states.push_back(pieces(state, some));
      all->push_back(std::move(one));
    }
  }
  auto next = all->begin();
  for (const auto& [of, some] : lanes) (next++)->factors = of;
  return static_cast<const All*>(all);
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
