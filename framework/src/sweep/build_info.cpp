#include "sweep/build_info.hpp"

#include "build_commit.hpp"  // made by the build

namespace saddle {

BuildInfo build_info() {
#ifdef __clang__
  const char* const compiler = "Clang " __clang_version__;
#else
  const char* const compiler = "GCC " __VERSION__;
#endif
  return {SADDLE_VERSION, SADDLE_BUILD_COMMIT, compiler, SADDLE_BUILD_TYPE, SADDLE_BUILD_FLAGS};
}

}  // namespace saddle
