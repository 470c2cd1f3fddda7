// A value that the user wrote, with its place: what the YAML reader makes and what parameters are read from.
// Trees are immutable and shared, so that ten thousand points of a grid share the parts that no axis touches.
#pragma once
#include <saddle/error.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace saddle {

struct Value;
using ValuePtr = std::shared_ptr<const Value>;

struct Entry {
  std::string key;
  Place place;  ///< of the key
  ValuePtr value;
};

struct SADDLE_API Value {
  enum class Kind { null, boolean, integer, real, string, list, map };

  Kind kind = Kind::null;
  std::string text;  ///< a scalar as written, without quotes
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;  ///< also set for integers
  std::vector<ValuePtr> list;
  std::vector<Entry> map;  ///< in file order; keys are unique
  Place place;

  bool is(Kind k) const { return kind == k; }
  bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
  bool is_scalar() const { return kind != Kind::list && kind != Kind::map && kind != Kind::null; }
  /// The value under `key`, or null if there is none.
  ValuePtr find(std::string_view key) const;
  /// "a list of 3", "the text 'relu'", "-2": how a message names it.
  std::string describe() const;
};

/// The shortest text that reads back as the same number: 0.001, 1, 1e-8, .inf, .nan.
SADDLE_API std::string number_text(double);

/// One line of YAML (flow style) with sorted keys and numbers in their shortest form.
SADDLE_API std::string flow_text(const Value&);

/// A scalar as YAML: plain where that reads back as the same text, quoted otherwise.
SADDLE_API std::string scalar_text(std::string_view text);

}  // namespace saddle
