// `--kernels portable` gives the same bits on every processor: those of tests/fixtures/portable_bits.json,
// whoever runs this. Where numbers change on purpose: tests/conformance/approve_bits.sh.
#include <cstdlib>
#include <fstream>

#include "check/same_bits.hpp"
#include "conformance/trainings.hpp"
#include "lanes/portable_operators.hpp"
#include "lanes/recorder.hpp"
#include "store/digest.hpp"
#include "unit/plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

void add(store::Digest& digest, const std::string& name, const Tensor& x) {
  digest.text(name);
  const Tensor flat = x.to(at::kDouble).flatten().contiguous();
  for (int64_t i = 0; i < flat.numel(); ++i) digest.number(flat.const_data_ptr<double>()[i]);
}

/// The first digits of a sum over all numbers that a training gives.
std::string bits_of(const std::vector<TrialResult>& results) {
  store::Digest digest;
  for (const TrialResult& result : results) {
    for (const auto& [name, x] : result.weights) add(digest, name, x);
    for (const auto& [name, x] : result.averaged_weights) add(digest, name, x);
    if (result.samples.defined()) add(digest, "samples", result.samples);
    for (const auto& [name, value] : result.metrics) {
      digest.text(name);
      digest.number(value);
    }
    for (const auto& [name, curve] : result.series) {
      digest.text(name);
      for (const double value : curve.values) digest.number(value);
    }
  }
  return digest.hex().substr(0, 12);
}

}  // namespace

TEST_CASE("with portable kernels every plugin trains to the bits that are written down", "[bits]") {
  // Read when the first product is formed: this file has a process of its own, and this is its first case.
  setenv("SADDLE_KERNELS", "portable", 1);
  use_portable_operators();
  std::map<std::string, std::string> bits;
  each_training([&](const std::string& name, const check::Bed& bed) {
    for (const char* dtype : {"float32", "float64"}) {
      const auto replayed = train_two(bed, dtype, /*replays=*/true);
      const auto evaluated = train_two(bed, dtype, /*replays=*/false);
      INFO(name << " " << dtype);
      for (size_t lane = 0; lane < 2; ++lane)
        CHECK(check::difference(replayed[lane], evaluated[lane]).empty());
      bits.emplace(fmt::format("{} {}", name, dtype), bits_of(replayed));
    }
  });
  CHECK(bits.size() > 600);
  const std::string path = std::string(std::getenv("SADDLE_SOURCE")) + "/tests/fixtures/portable_bits.json";
  if (std::getenv("SADDLE_APPROVE") != nullptr) {
    std::ofstream(path) << nlohmann::json(bits).dump(1) << "\n";
    return;
  }
  const auto written = json_fixture("portable_bits.json").get<std::map<std::string, std::string>>();
  for (const auto& [name, sum] : bits) {
    INFO(name);
    CHECK(written.contains(name));
    if (written.contains(name)) CHECK(sum == written.at(name));
  }
  CHECK(written.size() == bits.size());
}

TEST_CASE("a tape with portable operators in it gives an evaluation's bits for other numbers") {
  use_portable_operators();
  const auto slope = [](const Tensor& y, const Tensor& x) { return gradients(y.square().sum(), {x})[0]; };
  const std::vector<std::pair<std::string, std::function<Tensor(const Tensor&)>>> all{
      {"bmm",
       [](const Tensor& x) {
         return at::bmm(x.view({1, 3, 4}), x.view({1, 4, 3}));
       }},
      {"bmm of a transposed one",
       [](const Tensor& x) {
         return at::bmm(x.view({1, 3, 4}), x.view({1, 3, 4}).transpose(1, 2));
       }},
      {"mm", [](const Tensor& x) { return at::mm(x, x.t()); }},
      {"addmm", [](const Tensor& x) { return at::addmm(x.select(1, 0), x, x.t(), 0.5, 2); }},
      {"sum", [](const Tensor& x) { return x.sum(0); }},
      {"mean", [](const Tensor& x) { return x.mean(); }},
      {"softmax", [](const Tensor& x) { return x.softmax(1); }},
      {"log_softmax", [](const Tensor& x) { return x.log_softmax(0); }},
      {"std", [](const Tensor& x) { return x.std(1); }},
      {"var", [](const Tensor& x) { return x.var(1, false); }},
      {"norm", [](const Tensor& x) { return x.norm(); }},
      {"exp", [](const Tensor& x) { return x.exp(); }},
      {"pow", [](const Tensor& x) { return x.pow(1.5); }},
      {"mm's slope", [&](const Tensor& x) { return slope(at::mm(x, x.t()), x); }},
      {"softmax's slope", [&](const Tensor& x) { return slope(x.softmax(1), x); }},
      {"log_softmax's slope", [&](const Tensor& x) { return slope(x.log_softmax(1), x); }},
      {"std's slope", [&](const Tensor& x) { return slope(x.std(1), x); }},
      {"norm's slope", [&](const Tensor& x) { return slope(x.norm(3, at::IntArrayRef{1}), x); }},
      {"lgamma's slope", [&](const Tensor& x) { return slope(x.lgamma(), x); }},
      {"tanh's slope", [&](const Tensor& x) { return slope(x.tanh() * x.sigmoid(), x); }},
  };
  for (const auto& [name, f] : all) {
    const Tensor numbers = at::arange(1, 13, at::kFloat).div(7).view({3, 4});
    const auto at_numbers = [&f = f, &numbers] { return f(numbers.detach().requires_grad_()).detach(); };
    Recorder recorder(5, {numbers});
    Tensor y;
    INFO(name);
    REQUIRE(recorder.record([&] { y = at_numbers(); }));
    const Tensor out = at::empty_like(y);
    Workspace workspace;
    Tape tape = recorder.tape({{y, out}}, workspace);
    Tensor(numbers).mul_(3).add_(0.1);
    tape.run(6);
    CHECK(at::equal(out, at_numbers()));
  }
}
