#include "specimen.hpp"

extern "C" SADDLE_API const saddle::Manifest* saddle_manifest() {
  saddle::AbiStamp stamp = saddle::this_abi();
  stamp.api = 999;
  return manifest_with(stamp);
}
