// SHA-256 of typed values in a form that is the same on every machine.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "schema/sha256.hpp"

namespace saddle::store {

/// Each text is preceded by its length and each number is little-endian, so different sequences of calls
/// never feed the same bytes. All NaNs are one value.
class Digest {
 public:
  void text(std::string_view);
  void integer(uint64_t);
  void integer(int64_t value) { integer(static_cast<uint64_t>(value)); }
  void number(double);
  void number(float);
  /// 64 hex digits. Ends the digest.
  std::string hex() { return sha256_.hex(); }

 private:
  Sha256 sha256_;
};

}  // namespace saddle::store
