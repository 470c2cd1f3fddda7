# What the program carries with it as text: the templates of `saddle new`, and the names of the public API's types,
# which a class of a plugin can't have.
set(templates_folder ${CMAKE_CURRENT_LIST_DIR}/../src/cli/templates)
file(GLOB template_files CONFIGURE_DEPENDS ${templates_folder}/*)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${template_files})

set(entries "")
foreach(file IN LISTS template_files)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND entries "      {\"${name}\", R\"saddle_text(${text})saddle_text\"},\n")
endforeach()

set(names "")
foreach(header IN LISTS saddle_public_headers)
  if(header MATCHES "/nn.hpp$")
    continue()  # of a namespace of its own
  endif()
  file(STRINGS ${header} lines REGEX "^(class|struct|enum class|using|concept) .*[A-Z]")
  foreach(line IN LISTS lines)
    if(line MATCHES "^[a-z ]+ (SADDLE_API )?([A-Z][A-Za-z]+)")
      list(APPEND names ${CMAKE_MATCH_2})
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
list(JOIN names "\", \"" names)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/framework/embedded.cpp @ONLY CONTENT [[
// Made by framework/cmake/Embed.cmake.
#include "cli/embedded.hpp"

namespace saddle::cli {

const std::map<std::string, std::string>& templates() {
  static const std::map<std::string, std::string> all = {
@entries@  };
  return all;
}

const std::vector<std::string>& api_names() {
  static const std::vector<std::string> all = {"@names@"};
  return all;
}

}  // namespace saddle::cli
]])
