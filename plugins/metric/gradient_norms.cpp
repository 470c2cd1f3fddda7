#include <saddle/plugin.hpp>

#include <limits>

namespace {
using namespace saddle;

class GradientNorms final : public Metric {
 public:
  static void describe(Schema<GradientNorms>& s) {
    s.summary(
        "Euclidean norm of each player's gradient, penalties included, on one batch of the measurement's "
        "own.");
  }

  std::vector<std::string> columns(const Data&) const override { return {"critic", "generator"}; }
  bool needs_game() const override { return true; }

  Tensor measure(const Measurement& m) const override {
    const int64_t lanes = m.fake.size(0);
    // A player that the trial does not have stays NaN.
    Tensor norms = at::full({lanes, 2}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    for (size_t p = 0; p < m.game->players().size(); ++p) {
      const Field gradient = m.game->gradient(p);
      norms.select(1, m.game->players()[p].is_critic ? 0 : 1).copy_(dot(gradient, gradient).sqrt());
    }
    return norms;
  }
};
}  // namespace

SADDLE_PLUGIN(GradientNorms, "gradient_norms")
