#include "specimen.hpp"

extern "C" SADDLE_API const saddle::Manifest* saddle_manifest() {
  saddle::AbiStamp stamp = saddle::this_abi();
  stamp.headers = "0123456789abcdef";
  return manifest_with(stamp);
}
