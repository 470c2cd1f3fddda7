// YAML becomes values with places: the one door, and the one place that sees yaml-cpp.
//
// Scalars mean what YAML 1.2's core schema says; quoted ones are always texts. Duplicate keys, merge keys,
// second documents, tabs in indentation, aliases that grow without bound and deep nesting are mistakes.
#pragma once
#include <saddle/value.hpp>

#include <memory>
#include <string>

#include "config/mistakes.hpp"

namespace saddle {

/// The value that a source holds; null, with mistakes, if there is none to go on with. `begin` is where the
/// YAML starts within the text, for arguments of the command line.
ValuePtr read_yaml_text(std::shared_ptr<const Source> source, Mistakes& mistakes, size_t begin = 0,
                        size_t size = std::string::npos);

/// The same, with every mistake thrown as UserError.
ValuePtr read_yaml_text(std::shared_ptr<const Source> source);
ValuePtr read_yaml(const std::string& path);

}  // namespace saddle
