#include "config/sha256.hpp"

#include <openssl/evp.h>
#include <saddle/error.hpp>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace saddle {
namespace {

std::string hex(const unsigned char* bytes, size_t count) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < count; ++i) text += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned count = 0;
  if (!EVP_Digest(text.data(), text.size(), bytes.data(), &count, EVP_sha256(), nullptr)) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  return hex(bytes.data(), count);
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> buffer(1 << 16);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(in.gcount()));
  }
  if (!in.eof()) throw UserError("can't read " + file.string());
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned count = 0;
  EVP_DigestFinal_ex(context.get(), bytes.data(), &count);
  return hex(bytes.data(), count);
}

}  // namespace saddle
