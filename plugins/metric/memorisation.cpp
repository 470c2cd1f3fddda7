#include <saddle/plugin.hpp>

#include <limits>

#include "support/lanes.hpp"
#include "support/nearest.hpp"
#include "support/space.hpp"

namespace {
using namespace saddle;

/// Of an even number the mean of the middle two.
double median(std::vector<double> x) {
  if (x.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(x.begin(), x.end());
  return (x[(x.size() - 1) / 2] + x[x.size() / 2]) / 2;
}

class Memorisation final : public Metric {
 public:
  static void describe(Schema<Memorisation>& s) {
    s.summary(
         "Whether generated samples are copies of training samples. ratio: the median distance of a "
         "generated sample to "
         "its nearest training sample, over that of held-out samples; about 1 for perfect samples, near 0 "
         "for copies. "
         "copies: the share of generated samples nearer than `limit` times the latter.")
        .cites("Meehan, Chaudhuri & Dasgupta 2020, nearest-neighbour tests of data copying");
    s.param("limit", &Memorisation::limit_, {.initial = 0.1, .range = above(0)},
            "How near a copy is, in median distances of held-out samples.");
    s.param("space", &Memorisation::space_, {.initial = "auto", .choices = {"auto", "own", "log"}},
            space_doc);
    s.param("reference", &Memorisation::reference_, {.initial = 10000, .range = at_least(1)},
            "How many training samples are looked at, at most.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"ratio", "copies"}; }
  std::string unsupported(const Parts& parts) const override {
    return parts.data->training_size() > 0 ? "" : "it draws every training sample afresh";
  }

  Tensor measure(const Measurement& m) const override {
    const Tensor known = in_space(reference(m, reference_).samples, space_, *m.data).contiguous();
    const auto distances = [&](const Tensor& x) {
      auto all = nearest_squared(in_space(x, space_, *m.data).contiguous(), known);
      for (double& d : all) d = std::sqrt(d);
      return all;
    };
    const double unit = median(distances(points(m.real[0])));
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const auto all = distances(x);
      const auto near = std::count_if(all.begin(), all.end(), [&](double d) { return d < limit_ * unit; });
      return {median(all) / unit, static_cast<double>(near) / static_cast<double>(all.size())};
    });
  }

 private:
  double limit_{};
  std::string space_;
  int64_t reference_{};
};
}  // namespace

SADDLE_PLUGIN(Memorisation, "memorisation")
