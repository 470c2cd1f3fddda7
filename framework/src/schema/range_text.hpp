// A range in words.
#pragma once
#include <saddle/export.hpp>
#include <saddle/schema.hpp>

#include <string>

namespace saddle {

/// "above 0", "between 0 and 1", "at least 0 and below 1"; empty when everything is allowed.
SADDLE_API std::string range_text(const Range&);

}  // namespace saddle
