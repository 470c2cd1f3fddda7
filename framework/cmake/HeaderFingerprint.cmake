# SADDLE_HEADERS: a fingerprint of the public headers, part of the ABI stamp. A plugin that was built against other
# headers is refused with a sentence instead of crashing later.
file(GLOB saddle_public_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/framework/include/saddle/*.hpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${saddle_public_headers})
set(all "")
foreach(header IN LISTS saddle_public_headers)
  file(SHA256 ${header} one)
  string(APPEND all ${one})
endforeach()
string(SHA256 all "${all}")
string(SUBSTRING ${all} 0 16 SADDLE_HEADERS)
