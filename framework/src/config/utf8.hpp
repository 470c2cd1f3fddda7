// What a file's bytes must be before anything reads them as YAML.
#pragma once
#include <saddle/error.hpp>

#include <memory>

#include "config/mistakes.hpp"

namespace saddle {

/// UTF-8 without control characters, and no tab in indentation; otherwise a mistake and false.
bool check_text(const std::shared_ptr<const Source>& source, Mistakes& mistakes);

/// Place of a byte. Columns count characters.
Place place_of(const std::shared_ptr<const Source>& source, size_t byte);

}  // namespace saddle
