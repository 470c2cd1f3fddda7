// SHA-256 of texts and of typed values in a form that is the same on every machine.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace saddle::store {

/// Each text is preceded by its length and each number is little-endian, so different sequences of calls
/// never feed the same bytes. All NaNs are one value.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void text(std::string_view);
  void integer(uint64_t);
  void integer(int64_t value) { integer(static_cast<uint64_t>(value)); }
  void number(double);
  void number(float);
  /// 64 hex digits. Ends the digest.
  std::string hex();

 private:
  struct State;
  void bytes(const void* data, size_t size);
  std::unique_ptr<State> state_;
};

/// The plain SHA-256 of a text, as sha256sum prints it.
std::string sha256_hex(std::string_view text);

}  // namespace saddle::store
