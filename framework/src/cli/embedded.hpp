// Texts that are compiled into the program (framework/cmake/Embed.cmake).
#pragma once
#include <map>
#include <string>
#include <vector>

namespace saddle::cli {

/// The files of src/cli/templates by name: "divergence.cpp", "divergence.yaml", "CMakeLists.txt", …
const std::map<std::string, std::string>& templates();

/// The types that the public headers define.
const std::vector<std::string>& api_names();

}  // namespace saddle::cli
