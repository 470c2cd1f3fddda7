// The IDX format of MNIST and its successors.
#pragma once
#include <saddle/lanes.hpp>

#include <string>

namespace saddle {

/// An array of unsigned bytes with the given number of axes, from a file's bytes. `name` is for messages;
/// throws ParamError("path", …).
Tensor parse_idx(const std::string& bytes, int64_t axes, const std::string& name);

}  // namespace saddle
