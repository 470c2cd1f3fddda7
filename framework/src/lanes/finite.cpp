#include "finite.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include "kernels.hpp"

namespace saddle {

bool is_finite(const Tensor& buffer, int64_t lane) {
  const int64_t n = buffer.size(1);
  if (n > 1 && buffer.stride(1) != 1) return buffer[lane].isfinite().all().item<bool>();
  return AT_DISPATCH_FLOATING_TYPES(buffer.scalar_type(), "is_finite", [&] {
    return kernels::all_finite(buffer.const_data_ptr<scalar_t>() + lane * buffer.stride(0), n);
  });
}

std::vector<bool> finite_lanes(const Tensor& buffer) {
  std::vector<bool> finite;
  if (buffer.is_cpu()) {
    for (int64_t lane = 0; lane < buffer.size(0); ++lane) finite.push_back(is_finite(buffer, lane));
    return finite;
  }
  const Tensor flags = buffer.isfinite().all(1).cpu();
  for (int64_t lane = 0; lane < flags.size(0); ++lane) finite.push_back(flags.const_data_ptr<bool>()[lane]);
  return finite;
}

}  // namespace saddle
