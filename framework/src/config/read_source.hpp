// The text of a file.
#pragma once
#include <saddle/error.hpp>

#include <memory>
#include <string>

namespace saddle {

/// Throws UserError if it can't be read, with the name of the file that was most likely meant.
std::shared_ptr<const Source> read_source(const std::string& path);

}  // namespace saddle
