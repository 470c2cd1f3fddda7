// Where data files lie, and their bytes.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace saddle {

/// The file's bytes, inflated where it is a gzip file. Throws ParamError(param, …).
std::string read_bytes(const std::filesystem::path& file, const std::string& param = "path");

/// The folders in which data that ships with no experiment is looked for, in order: $SADDLE_DATA, then the
/// folder `data` of $SADDLE_HOME (by default of ${XDG_CACHE_HOME:-$HOME/.cache}/saddle).
std::vector<std::filesystem::path> data_folders();

/// The first of the candidates that is there.
std::optional<std::filesystem::path> first_there(const std::vector<std::filesystem::path>& candidates);

/// The same. Otherwise throws ParamError("path", …) that names all of them
/// and says what to install.
std::filesystem::path first_existing(const std::vector<std::filesystem::path>& candidates,
                                     const std::string& what, const std::string& to_install);

}  // namespace saddle
