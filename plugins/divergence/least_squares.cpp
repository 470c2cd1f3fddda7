#include <saddle/plugin.hpp>

#include "support/float64.hpp"
#include "support/line.hpp"

namespace {
using namespace saddle;

class LeastSquares final : public Divergence {
 public:
  static void describe(Schema<LeastSquares>& s) {
    s.summary(
         "Least squares: the critic regresses b on real samples and a on generated ones, −½E_real(v − b)² − "
         "½E_fake(v − a)²; the generator descends ½E_fake(v − c)². With a = −1, b = 1, c = 0 it descends "
         "Pearson's "
         "χ² of the mixture 2·model against data + model.")
        .states("family", "least squares")
        .states("optimum", "v = (bp + aq)/(p + q); the value is −½(b − a)² ∫pq/(p + q)")
        .cites("Mao et al. 2017");
    s.param("a", &LeastSquares::a_, {.initial = 0}, "The critic's target on generated samples.");
    s.param("b", &LeastSquares::b_, {.initial = 1}, "The critic's target on real samples.");
    s.param("c", &LeastSquares::c_, {.initial = 1}, "The generator's target.");
  }

  Tensor value(const Round& round) const override {
    const Tensor real = lane_mean((round.real_scores() - b_).square());
    return -(real + lane_mean((round.fake_scores() - a_).square())) / 2;
  }
  Tensor generator_loss(const Round& round) const override { return lane_mean(generator_losses(round)); }
  bool has_generator_losses() const override { return true; }
  Tensor generator_losses(const Round& round) const override {
    return (round.fake_scores() - c_).square() / 2;
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    const Tensor overlap = shared_mass(d);
    return -(float64_like(b_, overlap) - float64_like(a_, overlap)).square() / 2 * overlap;
  }

 private:
  LaneReal a_, b_, c_;
};
}  // namespace

SADDLE_PLUGIN(LeastSquares, "least_squares")
