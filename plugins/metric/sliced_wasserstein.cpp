#include <saddle/plugin.hpp>

#include <limits>

#include "support/lanes.hpp"
#include "support/wasserstein.hpp"

namespace {
using namespace saddle;

class SlicedWasserstein final : public Metric {
 public:
  static void describe(Schema<SlicedWasserstein>& s) {
    s.summary(
         "Sliced Wasserstein distance of order 1: the mean over fixed directions of the exact distance "
         "between the projected samples, in the data's units.")
        .cites("Rabin et al. 2012; Bonneel et al. 2015");
    s.param("directions", &SlicedWasserstein::directions_, {.initial = 200, .range = at_least(1)},
            "Number of directions, uniform on the sphere.");
    s.param("directions_seed", &SlicedWasserstein::seed_, {.initial = 0, .range = at_least(0)},
            "Chooses the directions: the same for every trial and every measurement.");
  }

  Tensor measure(const Measurement& m) const override {
    const Tensor real_points = points(m.real[0]);
    Random random({static_cast<uint64_t>(seed_)}, 0, at::TensorOptions(at::kDouble));
    Tensor directions = random.normal({directions_, real_points.size(1)})[0];
    directions = directions / directions.square().sum(1, true).sqrt();
    const auto project = [&](const Tensor& x) {  // [direction, n], each row sorted
      Tensor rows = at::mm(directions, x.t());
      auto* row = rows.mutable_data_ptr<double>();
      for (int64_t i = 0; i < directions_; ++i, row += x.size(0)) std::sort(row, row + x.size(0));
      return rows;
    };
    const Tensor real = project(real_points);
    return by_lane(m.fake, 1, [&](const Tensor& x) -> std::vector<double> {
      const Tensor fake = project(x);
      double sum = 0;
      for (int64_t i = 0; i < directions_; ++i)
        sum += wasserstein(fake.const_data_ptr<double>() + i * fake.size(1), fake.size(1),
                           real.const_data_ptr<double>() + i * real.size(1), real.size(1));
      return {real.size(1) > 0 ? sum / static_cast<double>(directions_)
                               : std::numeric_limits<double>::quiet_NaN()};
    });
  }

 private:
  int64_t directions_{}, seed_{};
};
}  // namespace

SADDLE_PLUGIN(SlicedWasserstein, "sliced_wasserstein")
