#include "idx.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <saddle/error.hpp>

#include <algorithm>
#include <cstring>

namespace saddle {

Tensor parse_idx(const std::string& bytes, int64_t axes, const std::string& name) {
  const auto fail = [&](const std::string& why) {
    throw ParamError("path", fmt::format("{}: {}", name, why));
  };
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto header = static_cast<size_t>(4 + 4 * axes);
  if (bytes.size() < 4) fail("cut off: no IDX header");
  if (byte(0) != 0 || byte(1) != 0 || byte(2) != 8 || byte(3) != axes)
    fail(fmt::format("wrong magic number {:02x}{:02x}{:02x}{:02x}, not an IDX file of bytes with {} {}",
                     byte(0), byte(1), byte(2), byte(3), axes, axes == 1 ? "axis" : "axes"));
  if (bytes.size() < header) fail("cut off: no sizes after the magic number");
  Shape shape;
  uint64_t elements = 1;
  for (size_t at = 4; at < header; at += 4) {
    const uint32_t size = (uint32_t{byte(at)} << 24) | (uint32_t{byte(at + 1)} << 16) |
                          (uint32_t{byte(at + 2)} << 8) | byte(at + 3);
    shape.push_back(size);
    if (__builtin_mul_overflow(elements, uint64_t{size}, &elements)) fail("absurd sizes");
  }
  if (bytes.size() - header != elements)
    fail(fmt::format("{} bytes of data, but its sizes say {}", bytes.size() - header, elements));
  Tensor result = at::empty(shape, at::kByte);
  if (elements > 0) std::memcpy(result.mutable_data_ptr<uint8_t>(), bytes.data() + header, elements);
  return result;
}

}  // namespace saddle
