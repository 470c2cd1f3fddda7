#include <saddle/plugin.hpp>

#include <ATen/ATen.h>

#include "support/lanes.hpp"
#include "support/sequences.hpp"

namespace {
using namespace saddle;

/// Shares of the letters at each position: [position, letter].
Tensor weights(const Tensor& x, int64_t letters) {
  const Tensor best = x.reshape({x.size(0), -1, letters}).argmax(2, true);
  return at::zeros({x.size(0), best.size(1), letters}, at::kDouble).scatter(2, best, 1.0).mean(0);
}

/// In nats, at each position.
Tensor jensen_shannon(const Tensor& p, const Tensor& q) {
  const Tensor middle = (p + q) / 2;
  return (at::xlogy(p, p / middle).nan_to_num(0) + at::xlogy(q, q / middle).nan_to_num(0)).sum(1) / 2;
}

class PositionWeights final : public Metric {
 public:
  static void describe(Schema<PositionWeights>& s) {
    s.summary(
         "Jensen-Shannon divergence, position by position, of the letters' shares in generated and in "
         "held-out "
         "sequences (their position-weight matrices): 0 to ln 2 nats. mean: over the positions. largest: at "
         "the worst one.")
        .cites("Stormo 2000 (position-weight matrices)");
  }
  std::vector<std::string> columns(const Data&) const override { return {"mean", "largest"}; }
  std::string unsupported(const Parts& parts) const override { return needs_sequences(parts); }
  Tensor measure(const Measurement& m) const override {
    const auto letters = static_cast<int64_t>(m.data->alphabet().size());
    const Tensor real = weights(points(m.real[0]), letters);
    return by_lane(m.fake, 2, [&](const Tensor& x) -> std::vector<double> {
      const Tensor all = jensen_shannon(weights(x, letters), real);
      return {all.mean().item<double>(), all.max().item<double>()};
    });
  }
};
}  // namespace

SADDLE_PLUGIN(PositionWeights, "position_weights")
