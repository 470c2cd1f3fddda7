# <saddle/fingerprint.hpp>, generated: a fingerprint of the public headers, part of the ABI stamp. A plugin that was
# built against other headers is refused with a sentence instead of crashing later. In a header of its own, so that a
# change of one public header compiles only those files anew that include it.
file(GLOB saddle_public_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/framework/include/saddle/*.hpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${saddle_public_headers})
set(all "")
foreach(header IN LISTS saddle_public_headers)
  file(SHA256 ${header} one)
  string(APPEND all ${one})
endforeach()
string(SHA256 all "${all}")
string(SUBSTRING ${all} 0 16 SADDLE_HEADERS)
set(saddle_generated_include ${CMAKE_BINARY_DIR}/include)
file(CONFIGURE OUTPUT ${saddle_generated_include}/saddle/fingerprint.hpp CONTENT
"// Generated: what the public headers were when this was built.
#pragma once
#define SADDLE_HEADERS \"@SADDLE_HEADERS@\"
" @ONLY)
