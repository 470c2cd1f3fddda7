// SHA-256, as sha256sum prints it.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace saddle {

std::string sha256_hex(std::string_view text);
/// Throws UserError if the file can't be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace saddle
