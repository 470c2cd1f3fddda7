// The nearest name to one that does not exist.
#pragma once
#include <saddle/export.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace saddle {

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
SADDLE_API size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest candidate within 1 + size/5 edits; empty if there is none.
SADDLE_API std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean 'weight'?", or nothing.
SADDLE_API std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace saddle
