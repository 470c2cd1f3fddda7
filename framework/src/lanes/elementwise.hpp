// Element-wise operators with broadcasting, for operands that lie anywhere.
#pragma once
#include <ATen/core/ivalue.h>

#include <optional>
#include <string_view>
#include <vector>

#include "tape.hpp"

namespace saddle {

/// The call of `name` ("aten::mul.Tensor") on these arguments into `result`; nothing where it is none of ours
/// or the operands are of another kind than the loops'.
std::optional<Tape::Call> elementwise(std::string_view name, const std::vector<c10::IValue>& arguments,
                                      const Tensor& result);

}  // namespace saddle
