#include "config/utf8.hpp"

#include <algorithm>

#include "schema/scalar.hpp"

namespace saddle {
namespace {

/// Bytes of the well-formed character at `at`, or 0 (Unicode 15, table 3-7).
size_t character_bytes(const std::string& s, size_t at) {
  auto byte = [&](size_t i) { return at + i < s.size() ? static_cast<unsigned char>(s[at + i]) : 0u; };
  auto within = [&](size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  auto tail = [&](size_t i) { return within(i, 0x80, 0xBF); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

Place place_of(const std::shared_ptr<const Source>& source, size_t byte) {
  const std::string& text = source->text;
  byte = std::min(byte, text.size());
  const auto at = text.begin() + static_cast<std::ptrdiff_t>(byte);
  const int line = 1 + static_cast<int>(std::count(text.begin(), at, '\n'));
  const size_t newline = byte == 0 ? std::string::npos : text.rfind('\n', byte - 1);
  const size_t start = newline == std::string::npos ? 0 : newline + 1;
  return {source, line, 1 + characters(std::string_view(text).substr(start, byte - start))};
}

bool check_text(const std::shared_ptr<const Source>& source, Mistakes& mistakes) {
  const std::string& text = source->text;
  bool indentation = true;
  for (size_t i = 0; i < text.size();) {
    const size_t bytes = character_bytes(text, i);
    if (bytes == 0) {
      mistakes.add({source, place_of(source, i).line, 0}, "", "the file is not UTF-8 text");
      return false;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    const bool line_end = c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if ((c < 0x20 && c != '\t' && !line_end) || c == 0x7F) {
      mistakes.add({source, place_of(source, i).line, 0}, "", "a control character");
      return false;
    }
    if (c == '\t' && indentation) {
      const size_t next = text.find_first_not_of(" \t\r", i);
      if (next != std::string::npos && text[next] != '\n' && text[next] != '#') {
        mistakes.add(place_of(source, i), "", "a tab in the indentation", "YAML indents with spaces.");
        return false;
      }
    }
    if (c == '\n')
      indentation = true;
    else if (c != ' ' && c != '\t')
      indentation = false;
    i += bytes;
  }
  return true;
}

}  // namespace saddle
