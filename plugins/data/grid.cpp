#include <saddle/plugin.hpp>

#include "support/mixture.hpp"

namespace {
using namespace saddle;

class Grid final : public Mixture {
 public:
  static void describe(Schema<Grid>& s) {
    s.summary(
         "Equal Gaussians in the plane on a square grid around the origin: samples [2], side × side "
         "modes, labels are the modes, row by row.")
        .cites("Lin et al. 2018 (PacGAN), 2D-grid");
    s.param("side", &Grid::side_, {.initial = 5, .range = between(1, 300)}, "Modes along each axis.");
    s.param("spacing", &Grid::spacing_, {.initial = 2, .range = above(0)},
            "Distance between neighbouring modes.");
    s.param("std", &Grid::std_, {.initial = 0.05, .range = above(0)}, "Standard deviation along each axis.");
  }

  void load() override {
    const auto place = [&](int64_t i) {
      return (static_cast<double>(i) - static_cast<double>(side_ - 1) / 2) * spacing_;
    };
    Points means;
    for (int64_t row = 0; row < side_; ++row)
      for (int64_t column = 0; column < side_; ++column) means.push_back({place(column), place(row)});
    set(means, std_);
  }

 private:
  int64_t side_{};
  double spacing_{}, std_{};
};
}  // namespace

SADDLE_PLUGIN(Grid, "grid")
