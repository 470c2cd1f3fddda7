#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include <limits>

#include "support/lanes.hpp"

namespace {
using namespace saddle;

/// Centred logarithms of the parts, which must not be 0: [n, part].
Tensor centred_logs(const Tensor& x, double pseudo) {
  const Tensor logs = x.clamp_min(pseudo).log();
  return logs - logs.mean(1, true);
}

double total_variance(const Tensor& x) {
  return ((x - x.mean(0)).square().sum() / static_cast<double>(x.size(0) - 1)).item<double>();
}

class Aitchison final : public Metric {
 public:
  static void describe(Schema<Aitchison>& s) {
    s.summary(
         "How far compositions are from held-out ones in Aitchison's geometry. centre: the distance between "
         "both centres, "
         "the geometric means. spread: ln of the generated over the real total variance of the centred "
         "logarithms; 0 for "
         "perfect samples.")
        .cites("Aitchison 1986; Pawlowsky-Glahn & Egozcue 2001");
    s.param("pseudo", &Aitchison::pseudo_, {.initial = 1e-6, .range = above(0)},
            "Smaller parts count as this much: zeros have no logarithm.");
  }
  std::vector<std::string> columns(const Data&) const override { return {"centre", "spread"}; }
  std::string unsupported(const Parts& parts) const override {
    if (numel(parts.data->shape()) < 2) return "a composition has two parts or more";
    return parts.data->range().low >= 0 ? "" : "it may have negative parts";
  }
  Tensor measure(const Measurement& m) const override {
    const Tensor real = centred_logs(points(m.real[0]), pseudo_);
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const Tensor fake = centred_logs(x, pseudo_);
      return {(fake.mean(0) - real.mean(0)).square().sum().sqrt().item<double>(),
              portable::log(total_variance(fake) / total_variance(real))};
    });
  }

 private:
  double pseudo_{};
};
}  // namespace

SADDLE_PLUGIN(Aitchison, "aitchison")
