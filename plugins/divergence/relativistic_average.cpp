#include <saddle/plugin.hpp>

#include "support/line.hpp"
#include "support/relativistic.hpp"

namespace {
using namespace saddle;

class RelativisticAverage final : public Divergence {
 public:
  static void describe(Schema<RelativisticAverage>& s) {
    s.summary(
         "Relativistic average game (RaSGAN, RaLSGAN, RaHingeGAN): the critic scores real samples above the "
         "mean "
         "generated one, and generated samples below the mean real one; the generator wants the opposite.")
        .states("family", "relativistic")
        .states("optimum",
                "least_squares: v = (κp − 2(κ − 1)q)/(p + q) + any constant with κ = (2 − 2s)/(2 − 3s), s = "
                "∫pq/(p + q); the value is −2s/(2 − 3s). No formula is known for the others")
        .cites("Jolicoeur-Martineau 2019, The relativistic discriminator");
    s.param("form", &RelativisticAverage::form_, relativistic_forms(), relativistic_form_doc);
  }

  Tensor value(const Round& round) const override {
    const Tensor real = round.real_scores();
    return -both(real, round.fake_scores());
  }
  Tensor generator_loss(const Round& round) const override {
    const Tensor real = round.real_scores();
    return both(round.fake_scores(), real);
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    if (form_ != "least_squares") return std::nullopt;
    const Tensor s = shared_mass(d);
    return -2 * s / (2 - 3 * s);
  }

 private:
  // What it costs that `high` do not score above the mean of `low`, nor `low` below that of `high`.
  Tensor both(const Tensor& high, const Tensor& low) const {
    const Tensor mean_high = lane_mean(high).unsqueeze(1), mean_low = lane_mean(low).unsqueeze(1);
    return lane_mean(relativistic_loss(form_, high - mean_low)) +
           lane_mean(relativistic_loss(form_, mean_high - low));
  }
  std::string form_;
};
}  // namespace

SADDLE_PLUGIN(RelativisticAverage, "relativistic_average")
