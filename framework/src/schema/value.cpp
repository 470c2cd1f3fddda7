#include <saddle/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "scalar.hpp"

namespace saddle {

ValuePtr Value::find(std::string_view key) const {
  for (const Entry& entry : map) {
    if (entry.key == key) return entry.value;
  }
  return nullptr;
}

std::string Value::describe() const {
  switch (kind) {
    case Kind::null:
      return "an empty value";
    case Kind::list:
      return list.empty() ? "an empty list" : "a list of " + std::to_string(list.size());
    case Kind::map:
      return map.empty() ? "an empty map" : "a map of " + std::to_string(map.size());
    case Kind::string: {
      if (text.size() <= 60) return "the text '" + text + "'";
      size_t cut = 57;
      while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
      return "the text '" + text.substr(0, cut) + "…'";
    }
    case Kind::boolean:
      return boolean ? "true" : "false";
    case Kind::integer:
      return text.empty() ? std::to_string(integer) : text;
    case Kind::real:
      return text.empty() ? number_text(real) : text;
  }
  return {};
}

std::string number_text(double x) {
  if (std::isnan(x)) return ".nan";
  if (std::isinf(x)) return x > 0 ? ".inf" : "-.inf";
  if (x == 0) return std::signbit(x) ? "-0.0" : "0";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  std::string text(buffer, end);
  // "1e-08" and "1e+05" become "1e-8" and "1e5".
  const size_t e = text.find('e');
  if (e == std::string::npos) return text;
  std::string exponent = text.substr(e + 1);
  const bool negative = exponent[0] == '-';
  exponent.erase(0, exponent.find_first_not_of("+-0"));
  return text.substr(0, e + 1) + (negative ? "-" : "") + exponent;
}

std::string scalar_text(std::string_view text) {
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/';
  };
  auto is_inner = [&](char c) { return is_word(c) || c == '-' || c == '+'; };
  const bool plain = !text.empty() && is_word(text[0]) && std::all_of(text.begin(), text.end(), is_inner) &&
                     !text.starts_with("...") && plain_scalar(text).is(Value::Kind::string);
  if (plain) return std::string(text);
  constexpr char hex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      quoted += {'\\', c};
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\t')
      quoted += "\\t";
    else if (c == '\r')
      quoted += "\\r";
    else if (byte < 0x20 || byte == 0x7F)
      quoted += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string flow_text(const Value& v) {
  switch (v.kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return v.boolean ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(v.integer);
    case Value::Kind::real:
      return number_text(v.real);
    case Value::Kind::string:
      return scalar_text(v.text);
    case Value::Kind::list: {
      std::string text = "[";
      for (const ValuePtr& element : v.list) text += (text.size() > 1 ? ", " : "") + flow_text(*element);
      return text + "]";
    }
    case Value::Kind::map: {
      std::vector<const Entry*> sorted;
      for (const Entry& entry : v.map) sorted.push_back(&entry);
      std::sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->key < b->key; });
      std::string text = "{";
      for (const Entry* entry : sorted) {
        text += (text.size() > 1 ? ", " : "") + scalar_text(entry->key) + ": " + flow_text(*entry->value);
      }
      return text + "}";
    }
  }
  return {};
}

}  // namespace saddle
