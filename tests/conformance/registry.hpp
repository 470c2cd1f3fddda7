// Every plugin of the build, loaded once.
#pragma once
#include <ATen/Parallel.h>

#include <cstdlib>

#include "plugin/loader.hpp"

namespace saddle::testing {

inline const Registry& registry() {
  static const Registry all = [] {
    at::set_num_threads(1);
    Registry loaded;
    load_plugins(loaded, std::getenv("SADDLE_PLUGINS_DIR"));
    return loaded;
  }();
  return all;
}

}  // namespace saddle::testing
