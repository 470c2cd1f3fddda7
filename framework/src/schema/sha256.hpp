// SHA-256, as sha256sum prints it.
#pragma once
#include <saddle/export.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace saddle {

class SADDLE_API Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(const void* bytes, size_t size);
  /// 64 hex digits. Ends the digest.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

SADDLE_API std::string sha256_hex(std::string_view text);
/// Throws UserError if the file can't be read.
SADDLE_API std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace saddle
