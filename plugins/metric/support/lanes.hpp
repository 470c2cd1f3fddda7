// Statistics of one lane after the other, in float64 on the CPU.
#pragma once
#include <saddle/metric.hpp>

#include <functional>
#include <vector>

namespace saddle {

/// One lane, [n, feature…] -> [n, dimension] float64 on the CPU, contiguous.
Tensor points(const Tensor& samples);

/// [lane, column]: what `of_lane` says of each lane's points [n, dimension]. A lane with a sample that is not
/// finite, or without samples, is NaN.
Tensor by_lane(const Tensor& fake, size_t columns,
               const std::function<std::vector<double>(const Tensor&)>& of_lane);

}  // namespace saddle
