#include <saddle/plugin.hpp>

#include "support/composition.hpp"

namespace {
using namespace saddle;

class Dirichlet final : public CompositionHead {
 public:
  static void describe(Schema<Dirichlet>& s) {
    s.summary(
         "Compositions drawn from a Dirichlet distribution whose concentrations are the softplus of the raw "
         "output, plus 0.001. The gradient is implicit: unbiased, not the derivative of one sample, and not "
         "to "
         "be differentiated again.")
        .cites("Figurnov, Mohamed & Mnih 2018");
  }
  Tensor forward(const Params&, const Tensor& raw, Random& random) const override {
    return draw_dirichlet(concentration(raw), random);
  }
  SampleGradient gradient() const override { return SampleGradient::estimate; }
  std::string inexact_second_derivatives() const override {
    return "leave out how the slopes of draws change";
  }
  bool has_likelihood() const override { return true; }
  Tensor log_likelihood(const Params&, const Tensor& raw, const Tensor& samples) const override {
    const Tensor density = dirichlet_log_density(samples, concentration(raw).to(at::kDouble));
    return sample_sum(density).to(raw.scalar_type());
  }

 private:
  static Tensor concentration(const Tensor& raw) { return saddle::softplus(raw) + 1e-3; }
};
}  // namespace

SADDLE_PLUGIN(Dirichlet, "dirichlet")
