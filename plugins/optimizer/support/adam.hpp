// Adam and its variants: running means of the gradient and of its square, corrected for their start at zero.
#pragma once
#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>
#include <saddle/vectorize.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "by_lane.hpp"

namespace saddle {

/// The factors of one lane's update. Decay of the weights is added to the gradient (`weight_decay`), or
/// shrinks the parameters (`shrink`).
template <class T>
struct AdamStep {
  T keep_mean, add_mean, keep_square, add_square, scale_root, rate, epsilon, weight_decay, shrink;
};

namespace {

template <class T>
[[gnu::always_inline]] inline void adam_pass(AdamStep<T> s, int64_t n, T* __restrict p,
                                             const T* __restrict gradient, T* __restrict mean,
                                             T* __restrict square, T* __restrict largest) {
  for (int64_t i = 0; i < n; ++i) {
    const T g = gradient[i] + s.weight_decay * p[i];
    mean[i] = s.keep_mean * mean[i] + s.add_mean * g;
    square[i] = s.keep_square * square[i] + s.add_square * g * g;
    T divisor = square[i];
    if (largest != nullptr) divisor = largest[i] = std::max(largest[i], divisor);
    p[i] = s.shrink * p[i] - s.rate * mean[i] / (std::sqrt(divisor) * s.scale_root + s.epsilon);
  }
}

SADDLE_VECTORIZE void adam_run(AdamStep<float> s, int64_t n, float* p, const float* g, float* mean,
                               float* square, float* largest) {
  if (largest == nullptr)
    adam_pass<float>(s, n, p, g, mean, square, nullptr);
  else
    adam_pass(s, n, p, g, mean, square, largest);
}
SADDLE_VECTORIZE void adam_run(AdamStep<double> s, int64_t n, double* p, const double* g, double* mean,
                               double* square, double* largest) {
  if (largest == nullptr)
    adam_pass<double>(s, n, p, g, mean, square, nullptr);
  else
    adam_pass(s, n, p, g, mean, square, largest);
}

}  // namespace

class AdamFamily : public Optimizer {
 public:
  std::vector<std::string> states() const override {
    if (keep_largest_) return {"mean", "square", "largest"};
    return {"mean", "square"};
  }

  Updated next(const Update& u) const override {
    using Step = AdamStep<double>;
    const Factors<Step> of(u.params, [&](int64_t lane) { return step<double>(u, lane); });
    const Tensor g = u.gradient + of(&Step::weight_decay) * u.params;
    const Tensor mean = of(&Step::keep_mean) * u.states[0] + of(&Step::add_mean) * g;
    const Tensor square = of(&Step::keep_square) * u.states[1] + of(&Step::add_square) * g * g;
    Updated after{{}, {mean, square}};
    if (keep_largest_) after.states.push_back(at::maximum(u.states[2], square));
    const Tensor divisor = safe_root(after.states.back()) * of(&Step::scale_root) + of(&Step::epsilon);
    after.params = of(&Step::shrink) * u.params - of(&Step::rate) * mean / divisor;
    return after;
  }

  void update(const Update& u) const override {
    if (!u.params.is_cpu()) return update_at_once(u);
    AT_DISPATCH_FLOATING_TYPES(u.params.scalar_type(), "adam", [&] {
      for (int64_t lane = 0; lane < u.params.size(0); ++lane)
        adam_run(step<scalar_t>(u, lane), u.params.size(1), row<scalar_t>(u.params, lane),
                 row<scalar_t>(u.gradient, lane), row<scalar_t>(u.states[0], lane),
                 row<scalar_t>(u.states[1], lane),
                 keep_largest_ ? row<scalar_t>(u.states[2], lane) : nullptr);
    });
  }

 protected:
  struct Form {
    bool keep_largest = false;  ///< divide by the root of the largest running square so far
    bool decoupled = false;     ///< weight decay shrinks the parameters instead of joining the gradient
  };
  explicit AdamFamily(Form form) : keep_largest_(form.keep_largest), decoupled_(form.decoupled) {}

  template <class Self>
  static void describe_adam(Schema<Self>& s, double weight_decay, const char* weight_decay_doc) {
    s.param("rate", &AdamFamily::rate_, {.initial = 1e-3, .range = at_least(0)}, "Learning rate.");
    s.param("beta1", &AdamFamily::beta1_, {.initial = 0.9, .range = momentum_range},
            "What the gradient's mean keeps at each step; negative: negative momentum.");
    s.param("beta2", &AdamFamily::beta2_, {.initial = 0.999, .range = decay_range},
            "What the squared gradient's mean keeps at each step.");
    s.param("epsilon", &AdamFamily::epsilon_, {.initial = 1e-8, .range = above(0)}, "Added to the divisor.");
    s.param("weight_decay", &AdamFamily::weight_decay_, {.initial = weight_decay, .range = at_least(0)},
            weight_decay_doc);
  }

 private:
  // ATen's kernel, over all lanes that have the same factors: off the CPU every launch costs.
  void update_at_once(const Update& u) const {
    const auto factors = [&](int64_t lane) {
      return std::array{u.rate(rate_, lane), beta1_.at(lane), beta2_.at(lane), epsilon_.at(lane),
                        weight_decay_.at(lane)};
    };
    const auto* alike = lanes_alike(u, factors);
    if (alike == nullptr) return Optimizer::update(u);
    const Tensor count = at::full({}, u.count + 1, u.params.options().dtype(at::kFloat));
    for (const auto& one : *alike) {
      const auto [rate, beta1, beta2, epsilon, weight_decay] = one.factors;
      const std::vector<Tensor> counts(one.params.size(), count);
      const auto largest = keep_largest_ ? one.states[2] : std::vector<Tensor>();
      if (decoupled_)
        at::_fused_adamw_(one.params, one.gradients, one.states[0], one.states[1], largest, counts, rate,
                          beta1, beta2, weight_decay, epsilon, keep_largest_, /*maximize=*/false);
      else
        at::_fused_adam_(one.params, one.gradients, one.states[0], one.states[1], largest, counts, rate,
                         beta1, beta2, weight_decay, epsilon, keep_largest_, /*maximize=*/false);
    }
  }

  template <class T>
  AdamStep<T> step(const Update& u, int64_t lane) const {
    const double beta1 = beta1_.at(lane), beta2 = beta2_.at(lane), t = static_cast<double>(u.count + 1);
    const double rate = u.rate(rate_, lane), decay = weight_decay_.at(lane);
    return {static_cast<T>(beta1),
            static_cast<T>(1 - beta1),
            static_cast<T>(beta2),
            static_cast<T>(1 - beta2),
            static_cast<T>(1 / std::sqrt(1 - portable::pow(beta2, t))),
            static_cast<T>(rate / (1 - portable::pow(beta1, t))),
            static_cast<T>(epsilon_.at(lane)),
            static_cast<T>(decoupled_ ? 0 : decay),
            static_cast<T>(decoupled_ ? 1 - rate * decay : 1)};
  }

  bool keep_largest_, decoupled_;
  LaneReal rate_, beta1_, beta2_, epsilon_, weight_decay_;
};

constexpr auto coupled_decay_doc = "Adds this multiple of the parameters to the gradient.";

}  // namespace saddle
