// NumPy's file format, versions 1.0 to 3.0.
#pragma once
#include <saddle/lanes.hpp>

#include <string>

#include "files.hpp"

namespace saddle {

/// The array in a file's bytes, which it keeps: little-endian numbers or booleans in C order. Numbers keep
/// their type where tensors have it; f2 becomes float32, u2 int32, u4 int64, u8 float64, booleans bytes.
/// `name` is for messages; throws ParamError(param, …).
Tensor parse_npy(const Bytes& file, const std::string& name, const std::string& param = "path");

}  // namespace saddle
