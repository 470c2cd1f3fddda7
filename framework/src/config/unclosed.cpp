#include "config/unclosed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace saddle {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Follows quotes and brackets alone. What is neither counts only as far as it tells whether a quote or a
/// bracket is one, or a letter within a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<Unclosed> scan() {
    for (begin_line(); at_ < text_.size() && !found_;) step();
    if (!found_ && !open_.empty())
      found_ =
          Unclosed{open_.back(), fmt::format("the '{}' here is not closed", text_[open_.back()]), {}, {}};
    return found_;
  }

 private:
  char here(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n'; }
  bool in_flow() const { return !open_.empty(); }

  void step() {
    const char c = here();
    const bool separate = at_ == 0 || is_space(text_[at_ - 1]);
    if (c == '\n') {
      ++at_;
      begin_line();
    } else if (is_space(c)) {
      ++at_;
    } else if (c == '#' && separate) {
      skip_line();
    } else if ((c == '"' || c == '\'') && value_next_) {
      quoted(c);
    } else if ((c == '[' || c == '{') && (value_next_ || in_flow())) {
      open_.push_back(at_++);
      value_next_ = true;
    } else if ((c == ']' || c == '}') && (value_next_ || in_flow() || bracket_before_)) {
      close(c);
    } else if (c == ',' && in_flow()) {
      ++at_;
      value_next_ = true;
    } else if (c == ':' && (is_space(here(1)) || (in_flow() && bracket_before_))) {
      ++at_;
      value_next_ = true;
      indent_ = token_column_;
    } else if ((c == '-' || c == '?') && value_next_ && !in_flow() && is_space(here(1))) {
      indent_ = column_of_next();
      ++at_;
      token_column_ = column_of_next();
    } else if ((c == '&' || c == '!') && value_next_) {
      while (!is_space(here())) ++at_;
    } else if ((c == '|' || c == '>') && value_next_ && !in_flow()) {
      block_scalar();
    } else {
      ++at_;
      value_next_ = bracket_before_ = false;
    }
  }

  size_t column_of_next() const {
    const size_t line = at_ == 0 ? 0 : text_.rfind('\n', at_ - 1) + 1;  // npos + 1 is 0
    return std::min(text_.find_first_not_of(' ', at_), text_.size()) - line;
  }

  void begin_line() {
    const size_t before = indent_;
    indent_ = token_column_ = column_of_next();
    // A text that goes on in the next line may hold quotes and brackets at the beginning of that.
    const bool goes_on = !in_flow() && !value_next_ && !bracket_before_ && indent_ > before;
    if (goes_on) indent_ = before;
    value_next_ = !goes_on;
    bracket_before_ = false;
  }

  void skip_line() {
    while (at_ < text_.size() && text_[at_] != '\n') ++at_;
  }

  void quoted(char quote) {
    const size_t start = at_, end = closing_quote(text_, start);
    if (end == std::string_view::npos) {
      found_ = Unclosed{start, fmt::format("the quote {} here is not closed", quote), {}, {}};
      return;
    }
    at_ = end + 1;
    value_next_ = false;
    bracket_before_ = true;
    size_t next = at_;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t' || text_[next] == '\r')) ++next;
    const char c = next < text_.size() ? text_[next] : '\n';
    if (c == '\n' || c == ':' || (c == '#' && next > at_)) return;
    if (in_flow() && (c == ',' || c == ']' || c == '}')) return;
    found_ = Unclosed{start, fmt::format("the quote {} here is closed before more of its value", quote), end,
                      quote == '\'' ? "Within '…' a quote is written twice: 'it''s'."
                                    : "Within \"…\" a quote is written \\\"."};
  }

  void close(char c) {
    const char opener = c == ']' ? '[' : '{';
    if (open_.empty())
      found_ = Unclosed{at_, fmt::format("the '{}' here closes nothing", c), {}, {}};
    else if (text_[open_.back()] != opener)
      found_ = Unclosed{
          open_.back(), fmt::format("the '{}' here is closed by a '{}'", text_[open_.back()], c), at_, {}};
    if (found_) return;
    open_.pop_back();
    ++at_;
    value_next_ = false;
    bracket_before_ = true;
  }

  /// Skips the lines of `key: |`: those that are empty or stand further in than the key.
  void block_scalar() {
    const size_t indent = indent_;
    skip_line();
    while (at_ < text_.size()) {
      const size_t line = at_ + 1, first = std::min(text_.find_first_not_of(' ', line), text_.size());
      const bool empty = first < text_.size() && (text_[first] == '\n' || text_[first] == '\r');
      if (!empty && first - line <= indent) break;
      at_ = line;
      skip_line();
    }
    value_next_ = true;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t indent_ = 0;            // of what the value under way belongs to: a key, or the '-' before it
  size_t token_column_ = 0;      // where the key, if it is one, begins
  std::vector<size_t> open_;     // brackets
  bool value_next_ = true;       // whether a value or a key may begin here
  bool bracket_before_ = false;  // whether a quote or a bracket closed right before
  std::optional<Unclosed> found_;
};

}  // namespace

size_t closing_quote(std::string_view text, size_t start) {
  const char quote = text[start];
  for (size_t i = start + 1; i < text.size(); ++i) {
    const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
    if (text[i] == quote && !doubled) return i;
    if ((text[i] == '\\' && quote == '"') || text[i] == quote) ++i;
  }
  return std::string_view::npos;
}

std::optional<Unclosed> find_unclosed(std::string_view text) { return Scanner(text).scan(); }

}  // namespace saddle
