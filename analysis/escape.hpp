// What each format of tables needs said differently.
#pragma once
#include <string>
#include <string_view>

namespace saddle::analysis {

std::string escape_markdown(std::string_view text);  ///< for a cell: no bar, no line break
std::string escape_latex(std::string_view text);     ///< also ±, · and dashes, which plain LaTeX lacks
std::string escape_csv(std::string_view text);       ///< RFC 4180: quoted where needed

}  // namespace saddle::analysis
