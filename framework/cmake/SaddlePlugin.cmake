# saddle_add_plugin(<source.cpp>... [KIND kind])
#
# One shared library a call, named after its first source: <kind>.<name>.so in the build's plugins folder. KIND is
# part of the file's name only and defaults to the source folder's name; the manifest inside says what it is. By that
# name Saddle knows which plugin is missing where a library can't be loaded.
#
# Used by our own plugins and, through find_package(Saddle), by everybody's.
function(saddle_add_plugin first)
  cmake_parse_arguments(arg "" "KIND" "" ${ARGN})
  get_filename_component(name ${first} NAME_WE)
  if(NOT arg_KIND)
    get_filename_component(directory ${first} DIRECTORY)
    if(directory STREQUAL "")
      set(directory ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
    get_filename_component(arg_KIND ${directory} NAME)
  endif()
  set(target plugin_${arg_KIND}_${name})
  add_library(${target} MODULE ${first} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE saddle::saddle)
  if(TARGET saddle_flags)
    target_link_libraries(${target} PRIVATE saddle_flags)
  endif()
  if(TARGET saddle_pch)
    target_precompile_headers(${target} REUSE_FROM saddle_pch)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${arg_KIND}.${name} DEFINE_SYMBOL "" CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
  # No contraction: the same bits at every vector width. No errno: std::sqrt in a loop is vectorised. No traps: both
  # sides of a choice may be computed, without which AVX2 has no loops with one. No value depends on the last two.
  target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno -fno-trapping-math)
  # LibTorch's fmt, which is in the include path: without its library.
  target_compile_definitions(${target} PRIVATE FMT_HEADER_ONLY=1)
  target_link_options(${target} PRIVATE LINKER:--no-undefined)
endfunction()
