// What `saddle check` looks at beside lanes and gradients, over everything registered.
#include "conformance/everything.hpp"

using namespace saddle::testing;

TEST_CASE("every plugin says what it is, and its defaults are allowed") { CHECK(hold("schema") > 80); }
TEST_CASE("a trial that goes on from a checkpoint ends as it would have without") {
  CHECK(hold("resume") > 60);
}
TEST_CASE("replaying a recorded loss gives the bits of evaluating it") { CHECK(hold("replay") > 60); }
TEST_CASE("what overflows ends a trial as diverged") { CHECK(hold("overflow") > 60); }

TEST_CASE("every f-divergence is convex and has its declared value at 1") { CHECK(hold("f") >= 11); }
TEST_CASE("fake_term is the conjugate of f at real_term") { CHECK(hold("conjugate") >= 11); }
TEST_CASE("the bound at the best critic is the divergence of known Gaussians") { CHECK(hold("bound") >= 11); }
TEST_CASE("f-divergences in float32 agree with float64 from -80 to 80") { CHECK(hold("float32") >= 11); }

TEST_CASE("exact is the largest value that any critic reaches, or what batches tend to") {
  CHECK(hold("exact") >= 20);
}
TEST_CASE("losses and their slopes are finite in float32 where they fit") { CHECK(hold("finite") > 20); }
