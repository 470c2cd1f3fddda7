#include "idx.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/error.hpp>

#include <algorithm>

namespace saddle {
namespace {

at::ScalarType type_of(int code) {
  switch (code) {
    case 0x08:
      return at::kByte;
    case 0x09:
      return at::kChar;
    case 0x0B:
      return at::kShort;
    case 0x0C:
      return at::kInt;
    case 0x0D:
      return at::kFloat;
    case 0x0E:
      return at::kDouble;
    default:
      return at::ScalarType::Undefined;
  }
}

std::string wanted(int64_t axes) {
  if (axes == 0) return "an IDX file";
  return fmt::format("an IDX file with {} {}", axes, axes == 1 ? "axis" : "axes");
}

}  // namespace

Tensor parse_idx(const Bytes& file, int64_t axes, const std::string& name, const std::string& param) {
  const std::string_view bytes = file.view;
  const auto fail = [&](const std::string& why) {
    throw ParamError(param, fmt::format("{}: {}", name, why));
  };
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 4) fail("cut off: no IDX header");
  const at::ScalarType type = type_of(byte(2));
  if (byte(0) != 0 || byte(1) != 0 || type == at::ScalarType::Undefined || byte(3) == 0 ||
      (axes > 0 && byte(3) != axes))
    fail(fmt::format("wrong magic number {:02x}{:02x}{:02x}{:02x}, not {}", byte(0), byte(1), byte(2),
                     byte(3), wanted(axes)));
  const size_t header = 4 + 4 * size_t{byte(3)}, width = at::elementSize(type);
  if (bytes.size() < header) fail("cut off: no sizes after the magic number");
  Shape shape;
  uint64_t size = width;
  for (size_t at = 4; at < header; at += 4) {
    const uint32_t axis = (uint32_t{byte(at)} << 24) | (uint32_t{byte(at + 1)} << 16) |
                          (uint32_t{byte(at + 2)} << 8) | byte(at + 3);
    shape.push_back(axis);
    if (__builtin_mul_overflow(size, uint64_t{axis}, &size)) fail("absurd sizes");
  }
  if (bytes.size() - header != size)
    fail(fmt::format("{} bytes of data, but its sizes say {}", bytes.size() - header, size));
  if (width == 1) return array_in(file, header, shape, type);
  Tensor result = at::empty(shape, type);
  auto* out = static_cast<char*>(result.data_ptr());
  for (size_t i = 0; i < size; i += width)  // the largest byte comes first
    std::reverse_copy(bytes.data() + header + i, bytes.data() + header + i + width, out + i);
  return result;
}

}  // namespace saddle
