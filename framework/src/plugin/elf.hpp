// Looking at a shared library before it's opened.
#pragma once
#include <filesystem>
#include <string>

namespace saddle {

/// Why the file can't be a whole shared library for this machine; empty if it looks like one. Opening a
/// truncated one raises SIGBUS, which nothing can catch.
std::string elf_problem(const std::filesystem::path& file);

}  // namespace saddle
