// How this program was built.
#pragma once

namespace saddle {

struct BuildInfo {
  const char* version;
  const char* commit;    ///< of the sources when they were built, with -dirty where they differed from it
  const char* compiler;  ///< and its version
  const char* type;      ///< Release, Debug …
  const char* flags;     ///< that can change a number: not those for warnings
};

BuildInfo build_info();

}  // namespace saddle
