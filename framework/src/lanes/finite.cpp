#include "finite.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include "kernels.hpp"

namespace saddle {

bool is_finite(const Tensor& buffer, int64_t lane) {
  if (!buffer.is_cpu()) return is_finite(buffer[lane].cpu().reshape({1, -1}), 0);
  const int64_t n = buffer.size(1);
  if (n > 1 && buffer.stride(1) != 1) return buffer[lane].isfinite().all().item<bool>();
  return AT_DISPATCH_FLOATING_TYPES(buffer.scalar_type(), "is_finite", [&] {
    return kernels::all_finite(buffer.const_data_ptr<scalar_t>() + lane * buffer.stride(0), n);
  });
}

std::vector<bool> finite_lanes(const Tensor& buffer) {
  const Tensor numbers = buffer.cpu();
  std::vector<bool> finite;
  for (int64_t lane = 0; lane < numbers.size(0); ++lane) finite.push_back(is_finite(numbers, lane));
  return finite;
}

}  // namespace saddle
