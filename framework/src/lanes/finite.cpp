#include "finite.hpp"

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include "kernels.hpp"

namespace saddle {

std::vector<bool> finite_lanes(const Tensor& buffer) {
  const Tensor numbers = buffer.cpu();
  std::vector<bool> finite;
  for (int64_t lane = 0; lane < numbers.size(0); ++lane)
    AT_DISPATCH_FLOATING_TYPES(numbers.scalar_type(), "finite_lanes", [&] {
      if (numbers.numel() == 0 || numbers.stride(1) == 1 || numbers.size(1) == 1) {
        finite.push_back(kernels::all_finite(numbers.const_data_ptr<scalar_t>() + lane * numbers.stride(0),
                                             numbers.size(1)));
      } else {
        finite.push_back(numbers[lane].isfinite().all().item<bool>());
      }
    });
  return finite;
}

}  // namespace saddle
