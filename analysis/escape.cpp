#include "analysis/escape.hpp"

#include "analysis/table.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace saddle::analysis {

namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

template <size_t N>
std::string replaced(std::string_view text, const std::array<Replacement, N>& all) {
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [from, to] : all) {
      if (!text.starts_with(from)) continue;
      out += to;
      text.remove_prefix(from.size());
      found = true;
      break;
    }
    if (found) continue;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

constexpr std::array<Replacement, 17> latex{{{"\\", "\\textbackslash{}"},
                                             {"&", "\\&"},
                                             {"%", "\\%"},
                                             {"$", "\\$"},
                                             {"#", "\\#"},
                                             {"_", "\\_"},
                                             {"{", "\\{"},
                                             {"}", "\\}"},
                                             {"~", "\\textasciitilde{}"},
                                             {"^", "\\textasciicircum{}"},
                                             {"[", "{[}"},  // after \\ a bracket would be an option
                                             {"]", "{]}"},
                                             {"±", "$\\pm$"},
                                             {"·", "$\\cdot$"},
                                             {"—", "---"},
                                             {"−", "$-$"},
                                             {"\n", " "}}};

constexpr std::array<Replacement, 3> markdown{{{"\\", "\\\\"}, {"|", "\\|"}, {"\n", " "}}};

/// The code point that a UTF-8 text begins with; takes it off. A stray byte is itself.
uint32_t take_letter(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  uint32_t letter = size == 1 ? first : first & (0xFFu >> (size + 1));
  text.remove_prefix(1);
  for (; size > 1 && !text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80; --size) {
    letter = (letter << 6) | (static_cast<unsigned char>(text.front()) & 0x3F);
    text.remove_prefix(1);
  }
  return letter;
}

/// East Asian letters and signs take two columns; marks that combine take none.
size_t width_of(uint32_t letter) {
  if (letter >= 0x300 && letter <= 0x36F) return 0;
  const bool wide = (letter >= 0x1100 && letter <= 0x115F) || (letter >= 0x2E80 && letter <= 0xA4CF) ||
                    (letter >= 0xAC00 && letter <= 0xD7A3) || (letter >= 0xF900 && letter <= 0xFAFF) ||
                    (letter >= 0xFE30 && letter <= 0xFE6F) || (letter >= 0xFF00 && letter <= 0xFF60) ||
                    (letter >= 0xFFE0 && letter <= 0xFFE6) || (letter >= 0x1F300 && letter <= 0x1F64F) ||
                    (letter >= 0x20000 && letter <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

std::string escape_markdown(std::string_view text) { return replaced(text, markdown); }

std::string escape_latex(std::string_view text) { return replaced(text, latex); }

std::string escape_csv(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) width += width_of(take_letter(text));
  return width;
}

}  // namespace saddle::analysis
