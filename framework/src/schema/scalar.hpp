// What a plain (unquoted) scalar means: YAML 1.2's core schema, decided here and nowhere else.
#pragma once
#include <saddle/value.hpp>

#include <string_view>

namespace saddle {

/// null, boolean, integer, real or string, without a place. `010` is 10, `1e3` is real, `yes` and `on` are
/// texts; an integer too large for 64 bits is real.
SADDLE_API Value plain_scalar(std::string_view text);

/// A scalar that is a text whatever it looks like.
SADDLE_API Value text_scalar(std::string_view text);

/// The number of characters of a UTF-8 text.
SADDLE_API int characters(std::string_view utf8);

}  // namespace saddle
