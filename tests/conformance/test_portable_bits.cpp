// `--kernels portable` gives the same bits on every processor: those of tests/fixtures/portable_bits.json,
// whoever runs this. Where numbers change on purpose: tests/conformance/approve_bits.sh.
#include <cstdlib>
#include <fstream>

#include "check/same_bits.hpp"
#include "conformance/trainings.hpp"
#include "lanes/portable_operators.hpp"
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
  // Read when the first product is formed; each case has a process of its own.
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
