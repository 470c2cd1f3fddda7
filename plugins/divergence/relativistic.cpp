#include <saddle/plugin.hpp>

#include "support/line.hpp"
#include "support/relativistic.hpp"

namespace {
using namespace saddle;

class Relativistic final : public Divergence {
 public:
  static void describe(Schema<Relativistic>& s) {
    s.summary(
         "Relativistic game (RSGAN, RpLSGAN, RpHingeGAN): the critic says of the i-th real and the i-th "
         "generated "
         "sample which one is real, by the gap of their scores; the generator wants the opposite.")
        .states("family", "relativistic")
        .states(
            "optimum",
            "standard: v = ln p/q + any constant; the value is JSD(P×Q || Q×P) − ln 2. least_squares: v = "
            "(p − κq)/(p + q) + any constant with κ = s/(1 − s), s = ∫pq/(p + q); the value is −κ")
        .cites("Jolicoeur-Martineau 2019, The relativistic discriminator")
        .cites("Jolicoeur-Martineau 2020, On relativistic f-divergences");
    s.param("form", &Relativistic::form_, relativistic_forms(), relativistic_form_doc);
  }

  Tensor value(const Round& round) const override {
    const auto [real, fake] = scores(round);
    return -lane_mean(relativistic_loss(form_, real - fake));
  }
  Tensor generator_loss(const Round& round) const override { return lane_mean(generator_losses(round)); }
  bool has_generator_losses() const override { return true; }
  Tensor generator_losses(const Round& round) const override {
    const auto [real, fake] = scores(round);
    return relativistic_loss(form_, fake - real);
  }
  std::optional<Tensor> exact(const Densities& d) const override {
    if (form_ == "hinge") return std::nullopt;
    if (form_ == "least_squares") {
      const Tensor s = shared_mass(d);
      return -s / (1 - s);
    }
    return standard(d);
  }

 private:
  static std::pair<Tensor, Tensor> scores(const Round& round) {
    const Tensor real = round.real_scores(), fake = round.fake_scores();
    TORCH_CHECK(real.size(1) == fake.size(1),
                "relativistic pairs samples: it needs as many real as generated ones");
    return {real, fake};
  }
  // −∫∫ p(x) q(y) ln(1 + e^(r(y) − r(x))) with r = ln p/q, by blocks of x.
  static Tensor standard(const Densities& d) {
    const Tensor r = log_ratio(d).clamp(-1e4, 1e4);  // where p or q is 0 it only must not be infinite
    const Tensor p = d.log_real.exp() * d.weight, q = (d.log_fake.exp() * d.weight).unsqueeze(1);
    Tensor sum = at::zeros({p.size(0)}, p.options());
    constexpr int64_t block = 256;
    for (int64_t begin = 0; begin < p.size(1); begin += block) {
      const int64_t rows = std::min(block, p.size(1) - begin);
      const Tensor gap = r.unsqueeze(1) - r.narrow(1, begin, rows).unsqueeze(2);
      const Tensor loss = gap.clamp_min(0) + (1 + (-gap.abs()).exp()).log();
      sum = sum - lane_sum(p.narrow(1, begin, rows).unsqueeze(2) * q * loss);
    }
    return sum;
  }
  std::string form_;
};
}  // namespace

SADDLE_PLUGIN(Relativistic, "relativistic")
