#include "sha256.hpp"

#include <openssl/evp.h>
#include <saddle/error.hpp>

#include <array>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace saddle {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto offers no SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, size_t size) {
  if (EVP_DigestUpdate(state_->context, bytes, size) != 1) throw std::runtime_error("SHA-256 failed");
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned count = 0;
  if (EVP_DigestFinal_ex(state_->context, bytes.data(), &count) != 1)
    throw std::runtime_error("SHA-256 failed");
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
  return text;
}

std::string sha256_hex(std::string_view text) {
  Sha256 digest;
  digest.add(text.data(), text.size());
  return digest.hex();
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Sha256 digest;
  std::vector<char> buffer(1 << 16);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digest.add(buffer.data(), static_cast<size_t>(in.gcount()));
  }
  if (!in.eof()) throw UserError("can't read " + file.string());
  return digest.hex();
}

}  // namespace saddle
