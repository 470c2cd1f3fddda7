// What the kernels compute, in ATen's operators: for tensors that are not on the CPU. Tests call them on it.
#pragma once
#include <ATen/ATen.h>

#include "sliding.hpp"

namespace saddle::elsewhere {

/// log(1 + eˣ). Beyond the threshold at::softplus drops e⁻ˣ, which is below the rounding of x there.
inline at::Tensor softplus(const at::Tensor& x) {
  return at::softplus(x, /*beta=*/1, /*threshold=*/x.scalar_type() == at::kDouble ? 40 : 20);
}

/// The pixels that windows see, as indices into a sample's pixels and one more, which is zero.
inline at::Tensor seen_pixels(const Sliding& sliding, const at::Tensor& like) {
  return at::tensor(sliding.pixels(), at::kLong).to(like.device());
}

/// As saddle::convolve.
inline at::Tensor convolve(const at::Tensor& x, const at::Tensor& w, const Sliding& sliding) {
  const auto [height, width] = sliding.places();
  const at::Tensor pixels = at::constant_pad_nd(x.flatten(2, 3), {0, 0, 0, 1});
  const at::Tensor rows = pixels.index_select(2, seen_pixels(sliding, x));
  return at::bmm(rows.reshape({x.size(0), -1, sliding.seen()}), w)
      .view({x.size(0), x.size(1), height, width, w.size(2)});
}

/// As saddle::convolve_transposed.
inline at::Tensor convolve_transposed(const at::Tensor& y, const at::Tensor& w, const Sliding& sliding) {
  const auto [height, width] = sliding.size();
  const at::Tensor rows =
      at::bmm(y.flatten(1, 3), w.transpose(1, 2)).view({y.size(0), y.size(1), -1, sliding.channels()});
  const at::Tensor pixels =
      at::zeros({y.size(0), y.size(1), height * width + 1, sliding.channels()}, y.options())
          .index_add(2, seen_pixels(sliding, y), rows);
  return pixels.narrow(2, 0, height * width).unflatten(2, {height, width});
}

}  // namespace saddle::elsewhere
