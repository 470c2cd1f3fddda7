#include <limits>

#include "catch.hpp"
#include "lanes/subnormal.hpp"

using namespace saddle;

namespace {

// Not for the compiler to know.
float tenth_of(float x) {
  const volatile float unknown = x;
  return unknown * 0.1F;
}

}  // namespace

TEST_CASE("in training what is too small for full precision is zero, and afterwards it is itself again") {
  constexpr float smallest = std::numeric_limits<float>::min();
  CHECK(tenth_of(smallest) > 0);
  {
    const FlushSubnormals flush;
    CHECK(tenth_of(smallest) == 0);
    CHECK(tenth_of(10 * smallest) > 0);
  }
  CHECK(tenth_of(smallest) > 0);
}
