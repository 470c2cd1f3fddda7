# Everything that Saddle builds on, found in one place.
#
# LibTorch comes from CMAKE_PREFIX_PATH (the launcher points it at the pinned wheel).
include(LibTorch)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Boost 1.74 REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C HL)
find_package(ZLIB REQUIRED)
find_library(SADDLE_SLEEF sleef REQUIRED DOC "SLEEF, for elementary functions with the same bits everywhere")
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Threads REQUIRED)

find_program(SADDLE_CCACHE ccache)
if(SADDLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness lets ccache keep objects that were built with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_PCH_EXTSUM=1
      ${SADDLE_CCACHE})
endif()

# What every target of ours compiles with. GCC 12 raises three warnings falsely inside std::string: they are off. No
# contraction of a*b+c: the same source then gives the same bits whichever vector width the compiler picks. No errno and no
# traps: roots and choices in loops are vectorised; no value depends on it.
add_library(saddle_flags INTERFACE)
target_compile_options(saddle_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-stringop-overflow
                       -Wno-array-bounds -Wno-restrict -ffp-contract=off -fno-math-errno -fno-trapping-math
                       -fvisibility=hidden -fvisibility-inlines-hidden $<$<BOOL:${SADDLE_WERROR}>:-Werror>)
target_compile_definitions(saddle_flags INTERFACE BOOST_DLL_USE_STD_FS)
if(SADDLE_SANITIZE)
  target_compile_options(saddle_flags INTERFACE -fsanitize=${SADDLE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(saddle_flags INTERFACE -fsanitize=${SADDLE_SANITIZE})
endif()

# LibTorch ships a newer fmt in its include folder, which shadows the system's. Header-only, either of them works.
target_compile_definitions(saddle_flags INTERFACE FMT_HEADER_ONLY=1)
