// Whether numbers are finite.
#pragma once
#include <saddle/lanes.hpp>

#include <vector>

namespace saddle {

/// By lane: whether every number of a buffer [lane, n] is finite.
SADDLE_API std::vector<bool> finite_lanes(const Tensor& buffer);
/// The same of one lane.
SADDLE_API bool is_finite(const Tensor& buffer, int64_t lane);

}  // namespace saddle
