// Why a text is no YAML, where a quote or a bracket that is not closed is the reason: the parser then
// stumbles over something else, often at the end of the file.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace saddle {

struct Unclosed {
  size_t byte = 0;  ///< where the quote or the bracket stands
  std::string message;
  std::optional<size_t> end;  ///< where it is closed, where that is the trouble
  std::string hint;
};

/// For a text that does not parse. Nothing if its quotes and brackets are in order.
std::optional<Unclosed> find_unclosed(std::string_view text);

/// Where the quote that closes the one at `start` stands; npos if none does.
size_t closing_quote(std::string_view text, size_t start);

}  // namespace saddle
