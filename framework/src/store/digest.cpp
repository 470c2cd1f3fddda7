#include "store/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace saddle::store {

namespace {

template <class Unsigned>
std::array<unsigned char, sizeof(Unsigned)> little_endian(Unsigned value) {
  std::array<unsigned char, sizeof(Unsigned)> out{};
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<unsigned char>(value >> (8 * i));
  return out;
}

std::string hex_text(const unsigned char* bytes, unsigned size) {
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += "0123456789abcdef"[bytes[i] >> 4];
    out += "0123456789abcdef"[bytes[i] & 15];
  }
  return out;
}

}  // namespace

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto offers no SHA-256");
}

Digest::~Digest() = default;

void Digest::bytes(const void* data, size_t size) {
  if (EVP_DigestUpdate(state_->context, data, size) != 1) throw std::runtime_error("SHA-256 failed");
}

void Digest::text(std::string_view text) {
  integer(static_cast<uint64_t>(text.size()));
  bytes(text.data(), text.size());
}

void Digest::integer(uint64_t value) {
  const auto out = little_endian(value);
  bytes(out.data(), out.size());
}

void Digest::number(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  integer(std::bit_cast<uint64_t>(value));
}

void Digest::number(float value) {
  if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  const auto out = little_endian(std::bit_cast<uint32_t>(value));
  bytes(out.data(), out.size());
}

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context, hash.data(), &size) != 1)
    throw std::runtime_error("SHA-256 failed");
  return hex_text(hash.data(), size);
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto offers no SHA-256");
  return hex_text(hash.data(), size);
}

}  // namespace saddle::store
