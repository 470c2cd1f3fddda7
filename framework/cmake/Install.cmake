# What `cmake --install` puts where, and what find_package(Saddle) reads: in an installation and in this build tree.
#
#   bin/saddle             finds everything else relative to itself
#   lib/                   libsaddle; saddle/plugins: what ships; cmake/Saddle: the package
#   include/saddle/        the public headers
#   share/saddle/          experiments: recipes for `saddle reproduce`
#
# Libraries outside of the installation (LibTorch) are found where they were at build time.
include(CMakePackageConfigHelpers)

install(TARGETS saddle_program RUNTIME DESTINATION bin)
install(TARGETS saddle EXPORT SaddleTargets LIBRARY DESTINATION lib)
install(DIRECTORY framework/include/saddle ${saddle_generated_include}/saddle DESTINATION include)
install(DIRECTORY experiments/ DESTINATION share/saddle/experiments
        PATTERN "*.h5" EXCLUDE PATTERN "*.study" EXCLUDE PATTERN "*.py" EXCLUDE)

set(package lib/cmake/Saddle)
install(EXPORT SaddleTargets NAMESPACE saddle:: DESTINATION ${package})
export(EXPORT SaddleTargets NAMESPACE saddle:: FILE ${CMAKE_BINARY_DIR}/SaddleTargets.cmake)

set(cmake_files framework/cmake/LibTorch.cmake framework/cmake/libtorch-version.txt framework/cmake/SaddlePlugin.cmake)
install(FILES ${cmake_files} DESTINATION ${package})

set(saddle_cmake_folder ${CMAKE_SOURCE_DIR}/framework/cmake)
configure_file(framework/cmake/SaddleConfig.cmake.in ${CMAKE_BINARY_DIR}/SaddleConfig.cmake @ONLY)
set(saddle_cmake_folder "\${CMAKE_CURRENT_LIST_DIR}")
configure_file(framework/cmake/SaddleConfig.cmake.in ${CMAKE_BINARY_DIR}/installed/SaddleConfig.cmake @ONLY)
# Versions below 1 promise nothing to each other; the stamp in each plugin's library has the last word anyway.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/SaddleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/installed/SaddleConfig.cmake ${CMAKE_BINARY_DIR}/SaddleConfigVersion.cmake
        DESTINATION ${package})
