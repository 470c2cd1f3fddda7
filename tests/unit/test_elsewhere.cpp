// What the kernels compute, in ATen's operators, called on the CPU.
#include "lanes/elsewhere.hpp"

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE("softplus off the CPU is accurate in float32, beyond where its exponential overflows too") {
  const Tensor x = at::cat({at::linspace(-80, 80, 1601), at::tensor({-1e4F, 89.0F, 1e4F})});
  const Tensor truth = saddle::softplus(x.to(at::kDouble)), got = elsewhere::softplus(x);
  CHECK(got.scalar_type() == at::kFloat);
  CHECK(relative_error(got, truth, 1e-37) < 1e-6);
  const Tensor doubles = at::linspace(-700, 700, 1401, at::kDouble);
  CHECK(relative_error(elsewhere::softplus(doubles), saddle::softplus(doubles), 1e-300) < 1e-14);
  CHECK(elsewhere::softplus(at::full({1}, NAN)).isnan().all().item<bool>());
}
