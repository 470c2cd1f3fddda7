#include <saddle/error.hpp>

#include <algorithm>

#include "scalar.hpp"

namespace saddle {
namespace {

constexpr size_t widest_line = 150;  // characters of a source line that a message shows

std::string nth_line(const std::string& text, int number) {
  size_t begin = 0;
  for (int i = 1; i < number; ++i) {
    const size_t end = text.find('\n', begin);
    if (end == std::string::npos) return {};
    begin = end + 1;
  }
  std::string line = text.substr(begin, text.find('\n', begin) - begin);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  // A control character would move the caret, or the terminal.
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

/// Splits UTF-8 into characters.
std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> result;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 || result.empty()) result.emplace_back();
    result.back() += c;
  }
  return result;
}

/// The line with its caret; of a long line the part around the caret.
std::string picture(const Place& place) {
  const std::string line = nth_line(place.source->text, place.line);
  if (line.empty()) return {};
  const std::vector<std::string> all = letters(line);
  size_t column = place.column > 0 ? static_cast<size_t>(place.column) - 1 : 0;
  size_t first = 0, last = all.size();
  if (last > widest_line) {
    first = column > widest_line / 2 ? std::min(column - widest_line / 2, last - widest_line) : 0;
    last = std::min(first + widest_line, last);
  }
  std::string shown = first > 0 ? "…" : "";
  const size_t caret = column - first + (first > 0 ? 1 : 0);
  for (size_t i = first; i < last; ++i) shown += all[i];
  if (last < all.size()) shown += "…";
  std::string number = place.source->name == "command line" ? "" : std::to_string(place.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  std::string result = "\n" + number + " | " + shown;
  if (place.column > 0) result += "\n      | " + std::string(caret, ' ') + "^";
  return result;
}

std::string all_text(const std::vector<Diagnostic>& all) {
  std::string text;
  for (const Diagnostic& d : all) text += to_text(d) + "\n";
  return text + std::to_string(all.size()) + (all.size() == 1 ? " mistake" : " mistakes") +
         "; nothing was run.";
}

}  // namespace

UserError::UserError(std::vector<Diagnostic> all) : std::runtime_error(all_text(all)), all_(std::move(all)) {}
UserError::UserError(const std::string& message) : std::runtime_error(message), all_{{{}, {}, message, {}}} {}
UserError::~UserError() = default;

PluginError::~PluginError() = default;

ParamError::ParamError(std::string param, const std::string& message)
    : std::runtime_error(message), param_(std::move(param)) {}
ParamError::~ParamError() = default;

std::string to_text(const Diagnostic& d) {
  std::string text;
  const bool placed = d.place.source != nullptr;
  if (placed) {
    text = d.place.source->name;
    if (d.place.source->name != "command line" && d.place.line > 0) {
      text.append(":").append(std::to_string(d.place.line));
      if (d.place.column > 0) text.append(":").append(std::to_string(d.place.column));
    }
    text += ": ";
  }
  if (!d.path.empty()) text += d.path + ": ";
  text += d.message;
  if (placed && d.place.line > 0) text += picture(d.place);
  for (size_t begin = 0; begin < d.hint.size();) {
    const size_t end = std::min(d.hint.find('\n', begin), d.hint.size());
    text.append("\n      ").append(d.hint, begin, end - begin);
    begin = end + 1;
  }
  return text;
}

}  // namespace saddle
