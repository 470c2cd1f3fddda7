// Gradients of every player agree with central differences for every divergence × penalty × constraint that
// goes together, and for every network, head and objective; none reaches another lane.
#include "conformance/everything.hpp"

using namespace saddle::testing;

TEST_CASE("gradients are the losses' central differences, whatever game is played") {
  CHECK(hold("gradients") > 40);
}

TEST_CASE("no lane's parameters reach another lane's loss or gradient") { CHECK(hold("leaks") > 40); }
