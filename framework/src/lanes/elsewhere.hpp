// What the kernels compute, in ATen's operators: for tensors that are not on the CPU. Tests call them on it.
#pragma once
#include <ATen/ATen.h>

namespace saddle::elsewhere {

/// log(1 + eˣ). at::softplus computes just that, which overflows beyond x = 88.7 in float32, or drops e⁻ˣ
/// from its threshold on.
inline at::Tensor softplus(const at::Tensor& x) { return x.clamp_min(0) + (-x.abs()).exp().log1p(); }

}  // namespace saddle::elsewhere
