#include <saddle/plugin.hpp>

#include "support/negative_binomial.hpp"

namespace {
using namespace saddle;

class NegativeBinomial final : public NegativeBinomialHead {
 public:
  static void describe(Schema<NegativeBinomial>& s) {
    s.summary(
         "Counts of mean μ, from the raw output, and variance μ + μ²/θ: Poisson counts whose rates are gamma "
         "numbers of shape θ, the inverse dispersion.")
        .cites("Lopez et al. 2018 (scVI)")
        .cites("Marouf et al. 2020 (scGAN: library sizes)");
    describe_negative_binomial(s);
  }
};
}  // namespace

SADDLE_PLUGIN(NegativeBinomial, "negative_binomial")
