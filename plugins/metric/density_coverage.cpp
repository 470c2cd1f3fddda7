#include <saddle/plugin.hpp>

#include <limits>

#include "support/distances.hpp"
#include "support/lanes.hpp"

namespace {
using namespace saddle;

class DensityCoverage final : public Metric {
 public:
  static void describe(Schema<DensityCoverage>& s) {
    s.summary(
         "How densely generated samples fill the balls around real ones, and what share of the balls "
         "they reach. A ball is open and goes to the k-th nearest other real sample; distances are "
         "Euclidean, in the data's own space. Density: balls around a generated sample, over k, on "
         "average; 1 for perfect samples. Coverage of perfect ones: 1 − Π (N − i)/(M + N − i) over i = "
         "1 … k, with M of them and N real ones.")
        .cites("Naeem et al. 2020, eq. 4 and 5");
    s.param("k", &DensityCoverage::k_, {.initial = 5, .range = at_least(1)},
            "Which neighbour sets a ball's radius.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"density", "coverage"}; }
  int64_t smallest_samples() const override { return k_ + 1; }

  Tensor measure(const Measurement& m) const override {
    const Tensor real = points(m.real[0]);
    const bool enough = real.size(0) >= smallest_samples();
    const auto radii = enough ? squared_radii(real, k_) : std::vector<double>();
    return by_lane(m.fake, 2, [&](const Tensor& fake) -> std::vector<double> {
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      if (!enough) return {nan, nan};             // no k-th neighbour, no balls
      std::vector<int32_t> inside(radii.size());  // generated samples in each ball
      distance_blocks(fake, real, [&](int64_t, Tensor& squared) {
        const auto* distance = squared.const_data_ptr<double>();
        for (int64_t row = 0; row < squared.size(0); ++row, distance += radii.size())
          for (size_t j = 0; j < radii.size(); ++j) inside[j] += distance[j] < radii[j];
      });
      double total = 0, covered = 0;
      for (const int32_t count : inside) {
        total += count;
        covered += count > 0;
      }
      return {total / (static_cast<double>(k_) * static_cast<double>(fake.size(0))),
              covered / static_cast<double>(radii.size())};
    });
  }

 private:
  int64_t k_{};
};
}  // namespace

SADDLE_PLUGIN(DensityCoverage, "density_coverage")
