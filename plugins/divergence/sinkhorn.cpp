#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

#include "support/pairs.hpp"

namespace {
using namespace saddle;

class Sinkhorn final : public Divergence {
 public:
  static void describe(Schema<Sinkhorn>& s) {
    s.summary(
         "Sinkhorn divergence OT(real, fake) − ½OT(real, real) − ½OT(fake, fake) between batches, without a "
         "critic, "
         "where OT is the transport cost of ‖x − y‖^p plus ε times the relative entropy of the plan. "
         "Gradients are "
         "those of the envelope theorem: exact where the iteration has converged; second derivatives leave "
         "out how "
         "the plan changes.")
        .states("family", "optimal transport")
        .states("optimum", "no critic; W_p^p as ε → 0, half of the energy distance (p = 1) as ε → ∞")
        .cites("Genevay, Peyré & Cuturi 2018")
        .cites("Feydy et al. 2019");
    s.param("epsilon", &Sinkhorn::epsilon_, {.initial = 0.1, .range = above(0)},
            "Weight of the entropy, in units of the cost.");
    s.param("order", &Sinkhorn::order_, {.initial = 2, .range = between(1, 2)}, "p, the cost's exponent.");
    s.param(
        "iterations", &Sinkhorn::iterations_, {.initial = 500, .range = at_least(1)},
        "The most of them. The first ones are done with a larger ε, halved from the largest cost downwards.");
    s.param("tolerance", &Sinkhorn::tolerance_, {.initial = 1e-6, .range = at_least(0)},
            "A trial stops when no potential changes by more than this times ε, or by more than rounding.");
  }
  bool uses_critic() const override { return false; }
  std::string inexact_second_derivatives() const override { return "leave out how the plan changes"; }

  Tensor value(const Round& round) const override {
    const Tensor real = round.real().flatten(2), origin = origin_of(real);
    const Tensor x = real - origin, y = round.fake().flatten(2) - origin;
    const Tensor between = across(x, y), of_real = within(x),
                 of_fake = within(y);  // in this order, as in mmd
    return between - of_real - of_fake;
  }

 private:
  // [lane, n, m], in the samples' dtype
  Tensor costs(const Tensor& x, const Tensor& y) const {
    const Tensor c = order_ == 1 ? distances(x, y) : squared_distances(x.to(at::kDouble), y.to(at::kDouble));
    return c.to(x.scalar_type());
  }

  // −ε log mean exp((potential − cost)/ε) over the last axis: [lane, n, m], [lane, m], [lane, 1] -> [lane, n]
  static Tensor soft_minimum(const Tensor& cost, const Tensor& potential, const Tensor& epsilon) {
    const Tensor z = (potential.unsqueeze(1) - cost) / epsilon.unsqueeze(2);
    const Tensor top = z.detach().amax(2);
    return -epsilon * (top + (sample_sum((z - top.unsqueeze(2)).exp()) / z.size(2)).log());
  }

  // The potential f [lane, n] that update(f, ε) does not change, by Nesterov's accelerated iteration,
  // restarted where it overshoots. A lane that has arrived stays as it is while others go on, as if it were
  // alone.
  template <class Update>
  Tensor fixed_point(const Tensor& cost, Update update) const {
    const Tensor epsilon = epsilon_.like(cost).squeeze(2), largest = cost.amax({1, 2}).unsqueeze(1);
    const double rounding = cost.scalar_type() == at::kDouble ? 1e-15 : 5e-7;
    const Tensor allowed = at::max(tolerance_ * epsilon, rounding * largest);
    Tensor f = at::zeros({cost.size(0), cost.size(1)}, cost.options()), before = f;
    Tensor momentum = at::zeros_like(largest), last = momentum, going = at::ones_like(largest, at::kBool);
    for (int64_t i = 0; i < iterations_ && going.any().item<bool>(); ++i) {
      const Tensor heated = at::max(epsilon, largest * portable::exp2(-static_cast<double>(i)));
      const Tensor ahead = f + momentum / (momentum + 3) * (f - before), next = update(ahead, heated);
      const Tensor change = (next - ahead).abs().amax(1, true);
      before = at::where(going, f, before);
      f = at::where(going, next, f);
      momentum = at::where((heated > epsilon).logical_or(change > last), 0, momentum + 1);
      last = change;
      going = going.logical_and((change > allowed).logical_or(heated > epsilon));
    }
    return f;
  }

  Tensor across(const Tensor& x, const Tensor& y) const {
    Tensor f, g;
    const Tensor epsilon = epsilon_.like(x).squeeze(2);
    {
      const at::NoGradGuard no_grad;
      const Tensor cost = costs(x, y), back = cost.transpose(1, 2).contiguous();
      f = fixed_point(cost, [&](const Tensor& potential, const Tensor& eps) {
        return soft_minimum(cost, soft_minimum(back, potential, eps), eps);
      });
      g = soft_minimum(back, f, epsilon);
    }
    const Tensor from_x = soft_minimum(costs(x, y.detach()), g, epsilon);
    const Tensor first = lane_mean(from_x),
                 second = lane_mean(soft_minimum(costs(y, x.detach()), f, epsilon));
    return first + second;
  }

  // Half of the transport of a batch to itself: both potentials are one.
  Tensor within(const Tensor& x) const {
    Tensor f;
    {
      const at::NoGradGuard no_grad;
      const Tensor cost = costs(x, x);
      f = fixed_point(cost, [&](const Tensor& potential, const Tensor& eps) {
        return (potential + soft_minimum(cost, potential, eps)) / 2;
      });
    }
    return lane_mean(soft_minimum(costs(x, x.detach()), f, epsilon_.like(x).squeeze(2)));
  }

  LaneReal epsilon_;
  int64_t order_{}, iterations_{};
  double tolerance_{};
};
}  // namespace

SADDLE_PLUGIN(Sinkhorn, "sinkhorn")
