#include <saddle/plugin.hpp>

#include <limits>

#include "support/distances.hpp"
#include "support/lanes.hpp"

namespace {
using namespace saddle;

double share(const std::vector<char>& hits) {
  return static_cast<double>(std::count(hits.begin(), hits.end(), 1)) / static_cast<double>(hits.size());
}

class PrecisionRecall final : public Metric {
 public:
  static void describe(Schema<PrecisionRecall>& s) {
    s.summary(
         "Improved precision and recall: the share of generated samples in the real manifold, and of "
         "real samples in the generated one. A manifold is the union of closed balls around a set's "
         "samples, each to its k-th nearest other sample; distances are Euclidean, in the data's own "
         "space.")
        .cites("Kynkäänniemi et al. 2019, eq. 1 and 2");
    s.param("k", &PrecisionRecall::k_, {.initial = 3, .range = at_least(1)},
            "Which neighbour sets a ball's radius.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"precision", "recall"}; }
  int64_t smallest_samples() const override { return k_ + 1; }

  Tensor measure(const Measurement& m) const override {
    const Tensor real = points(m.real[0]);
    const bool enough = real.size(0) > k_;
    const auto real_radii = enough ? squared_radii(real, k_) : std::vector<double>();
    return by_lane(m.fake, 2, [&](const Tensor& fake) -> std::vector<double> {
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      if (!enough || fake.size(0) <= k_) return {nan, nan};  // no k-th neighbour, no manifold
      const auto fake_radii = squared_radii(fake, k_);
      std::vector<char> fake_hits(fake_radii.size()), real_hits(real_radii.size());
      distance_blocks(fake, real, [&](int64_t first, Tensor& squared) {
        const auto* distance = squared.const_data_ptr<double>();
        for (int64_t row = 0; row < squared.size(0); ++row, distance += real_hits.size()) {
          const auto i = static_cast<size_t>(first + row);
          char hit = 0;
          for (size_t j = 0; j < real_hits.size(); ++j) {
            hit |= distance[j] <= real_radii[j];
            real_hits[j] |= distance[j] <= fake_radii[i];
          }
          fake_hits[i] = hit;
        }
      });
      return {share(fake_hits), share(real_hits)};
    });
  }

 private:
  int64_t k_{};
};
}  // namespace

SADDLE_PLUGIN(PrecisionRecall, "precision_recall")
