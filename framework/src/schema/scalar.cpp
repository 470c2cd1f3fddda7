#include "scalar.hpp"

#include <charconv>
#include <limits>

namespace saddle {
namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";

/// The text without a leading sign.
std::string_view unsigned_part(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return text;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal(std::string_view text) {
  text = unsigned_part(text);
  if (const size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    if (!all_of(unsigned_part(text.substr(e + 1)), digits)) return false;
    text = text.substr(0, e);
  }
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return all_of(text, digits);
  const std::string_view whole = text.substr(0, point), fraction = text.substr(point + 1);
  if (whole.empty()) return all_of(fraction, digits);
  return all_of(whole, digits) && (fraction.empty() || all_of(fraction, digits));
}

double to_double(std::string_view text) {
  const bool negative = text[0] == '-';
  std::string_view magnitude = unsigned_part(text);
  double result = 0;
  const auto [end, error] = std::from_chars(magnitude.data(), magnitude.data() + magnitude.size(), result);
  if (error == std::errc::result_out_of_range) {
    const bool tiny = magnitude.find("e-") != std::string_view::npos ||
                      magnitude.find("E-") != std::string_view::npos || magnitude[0] == '.' ||
                      magnitude.substr(0, 2) == "0.";
    result = tiny ? 0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -result : result;
}

bool read_integer(std::string_view text, Value& v) {
  int base = 10;
  std::string_view number = text;
  if (text.starts_with("0x") && all_of(text.substr(2), "0123456789abcdefABCDEF"))
    base = 16, number = text.substr(2);
  else if (text.starts_with("0o") && all_of(text.substr(2), "01234567"))
    base = 8, number = text.substr(2);
  else if (!all_of(unsigned_part(text), digits))
    return false;
  if (number[0] == '+') number.remove_prefix(1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), v.integer, base);
  if (error == std::errc()) {
    v.kind = Value::Kind::integer;
    v.real = static_cast<double>(v.integer);
  } else if (base == 10) {
    v.kind = Value::Kind::real;
    v.real = to_double(text);
  } else {
    v.kind = Value::Kind::string;
  }
  return true;
}

}  // namespace

Value plain_scalar(std::string_view text) {
  Value v;
  v.text = text;
  const std::string_view magnitude = unsigned_part(text);
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    v.kind = Value::Kind::null;
  } else if (text == "true" || text == "True" || text == "TRUE") {
    v.kind = Value::Kind::boolean;
    v.boolean = true;
  } else if (text == "false" || text == "False" || text == "FALSE") {
    v.kind = Value::Kind::boolean;
  } else if (magnitude == ".inf" || magnitude == ".Inf" || magnitude == ".INF") {
    v.kind = Value::Kind::real;
    v.real = (text[0] == '-' ? -1 : 1) * std::numeric_limits<double>::infinity();
  } else if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    v.kind = Value::Kind::real;
    v.real = std::numeric_limits<double>::quiet_NaN();
  } else if (read_integer(text, v)) {
    // done
  } else if (is_decimal(text)) {
    v.kind = Value::Kind::real;
    v.real = to_double(text);
  } else {
    v.kind = Value::Kind::string;
  }
  return v;
}

Value text_scalar(std::string_view text) {
  Value v;
  v.kind = Value::Kind::string;
  v.text = text;
  return v;
}

int characters(std::string_view utf8) {
  int count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace saddle
