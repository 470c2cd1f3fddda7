// Blanks around a text.
#pragma once
#include <string_view>

namespace saddle {

/// Without the spaces around it.
inline std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace saddle
