// Whether numbers are finite.
#pragma once
#include <saddle/lanes.hpp>

#include <vector>

namespace saddle {

/// By lane: whether every number of a buffer [lane, n] is finite.
SADDLE_API std::vector<bool> finite_lanes(const Tensor& buffer);
/// The same of one lane of a buffer on the CPU.
SADDLE_API bool is_finite(const Tensor& buffer, int64_t lane);

/// f of each lane that is not. A device is waited for once.
template <class F>
void each_lane_not_finite(const Tensor& buffer, F&& f) {
  if (buffer.is_cpu()) {
    for (int64_t lane = 0; lane < buffer.size(0); ++lane)
      if (!is_finite(buffer, lane)) f(lane);
    return;
  }
  const std::vector<bool> finite = finite_lanes(buffer);
  for (size_t lane = 0; lane < finite.size(); ++lane)
    if (!finite[lane]) f(static_cast<int64_t>(lane));
}

}  // namespace saddle
