#include "lanes.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace saddle {

Tensor points(const Tensor& samples) {
  const int64_t n = samples.size(0);
  const Tensor flat =
      samples.detach().to(at::kCPU, at::kDouble).reshape({n, n > 0 ? samples.numel() / n : 0});
  // A copy of its own: whether a slice is aligned must not decide which routine multiplies it.
  return flat.clone(at::MemoryFormat::Contiguous);
}

Tensor by_lane(const Tensor& fake, size_t columns,
               const std::function<std::vector<double>(const Tensor&)>& of_lane) {
  const auto width = static_cast<int64_t>(columns);
  Tensor result = at::full({fake.size(0), width}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
  for (int64_t lane = 0; lane < fake.size(0); ++lane) {
    const Tensor x = points(fake[lane]);
    if (x.size(0) == 0 || !x.isfinite().all().item<bool>()) continue;
    const std::vector<double> row = of_lane(x);
    std::copy(row.begin(), row.end(), result.mutable_data_ptr<double>() + lane * width);
  }
  return result;
}

}  // namespace saddle
