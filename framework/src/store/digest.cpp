#include "store/digest.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace saddle::store {

namespace {

template <class Unsigned>
std::array<unsigned char, sizeof(Unsigned)> little_endian(Unsigned value) {
  std::array<unsigned char, sizeof(Unsigned)> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<unsigned char>(value >> (8 * i));
  return out;
}

}  // namespace

void Digest::text(std::string_view text) {
  integer(static_cast<uint64_t>(text.size()));
  sha256_.add(text.data(), text.size());
}

void Digest::integer(uint64_t value) {
  const auto out = little_endian(value);
  sha256_.add(out.data(), out.size());
}

void Digest::number(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  integer(std::bit_cast<uint64_t>(value));
}

void Digest::number(float value) {
  if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  const auto out = little_endian(std::bit_cast<uint32_t>(value));
  sha256_.add(out.data(), out.size());
}

}  // namespace saddle::store
