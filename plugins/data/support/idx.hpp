// The IDX format of MNIST and its successors.
#pragma once
#include <saddle/lanes.hpp>

#include <string>

#include "files.hpp"

namespace saddle {

/// The array in a file's bytes, which it may keep, of any of the format's number types. `axes`: how many it
/// must have; 0: any. `name` is for messages; throws ParamError(param, …).
Tensor parse_idx(const Bytes& file, int64_t axes, const std::string& name, const std::string& param = "path");

}  // namespace saddle
