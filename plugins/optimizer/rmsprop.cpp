#include <saddle/plugin.hpp>
#include <saddle/vectorize.hpp>

#include <cmath>

#include "support/by_lane.hpp"

namespace {
using namespace saddle;

/// The factors of one lane's update.
template <class T>
struct Step {
  T rate, keep, add, epsilon, momentum, weight_decay;
};

template <class T>
[[gnu::always_inline]] inline void pass(Step<T> s, int64_t n, T* __restrict p, const T* __restrict gradient,
                                        T* __restrict square, T* __restrict velocity) {
  for (int64_t i = 0; i < n; ++i) {
    const T g = gradient[i] + s.weight_decay * p[i];
    square[i] = s.keep * square[i] + s.add * g * g;
    velocity[i] = s.momentum * velocity[i] + g / (std::sqrt(square[i]) + s.epsilon);
    p[i] -= s.rate * velocity[i];
  }
}

SADDLE_VECTORIZE void run(Step<float> s, int64_t n, float* p, const float* g, float* square,
                          float* velocity) {
  pass(s, n, p, g, square, velocity);
}
SADDLE_VECTORIZE void run(Step<double> s, int64_t n, double* p, const double* g, double* square,
                          double* velocity) {
  pass(s, n, p, g, square, velocity);
}

class RmsProp final : public Optimizer {
 public:
  static void describe(Schema<RmsProp>& s) {
    s.summary("RMSProp: the gradient over the root of the running mean of its square.")
        .cites("Tieleman & Hinton 2012, in PyTorch's form");
    s.param("rate", &RmsProp::rate_, {.initial = 1e-2, .range = at_least(0)}, "Learning rate.");
    s.param("decay", &RmsProp::decay_, {.initial = 0.99, .range = decay_range},
            "What the squared gradient's mean keeps at each step.");
    s.param("epsilon", &RmsProp::epsilon_, {.initial = 1e-8, .range = above(0)}, "Added to the divisor.");
    s.param("momentum", &RmsProp::momentum_, {.initial = 0.0, .range = momentum_range},
            "What the velocity keeps at each step; also negative.");
    s.param("weight_decay", &RmsProp::weight_decay_, {.initial = 0.0, .range = at_least(0)},
            "Adds this multiple of the parameters to the gradient.");
  }

  std::vector<std::string> states() const override { return {"square", "velocity"}; }

  Updated next(const Update& u) const override {
    using Lane = Step<double>;
    const Factors<Lane> of(u.params, [&](int64_t lane) { return step<double>(u, lane); });
    const Tensor g = u.gradient + of(&Lane::weight_decay) * u.params;
    const Tensor square = of(&Lane::keep) * u.states[0] + of(&Lane::add) * g * g;
    const Tensor scaled = g / (safe_root(square) + of(&Lane::epsilon));
    const Tensor velocity = of(&Lane::momentum) * u.states[1] + scaled;
    return {u.params - of(&Lane::rate) * velocity, {square, velocity}};
  }

  void update(const Update& u) const override {
    if (!u.params.is_cpu()) return Optimizer::update(u);
    AT_DISPATCH_FLOATING_TYPES(u.params.scalar_type(), "rmsprop", [&] {
      for (int64_t lane = 0; lane < u.params.size(0); ++lane)
        run(step<scalar_t>(u, lane), u.params.size(1), row<scalar_t>(u.params, lane),
            row<scalar_t>(u.gradient, lane), row<scalar_t>(u.states[0], lane),
            row<scalar_t>(u.states[1], lane));
    });
  }

 private:
  template <class T>
  Step<T> step(const Update& u, int64_t lane) const {
    const double decay = decay_.at(lane);
    return {static_cast<T>(u.rate(rate_, lane)), static_cast<T>(decay),
            static_cast<T>(1 - decay),           static_cast<T>(epsilon_.at(lane)),
            static_cast<T>(momentum_.at(lane)),  static_cast<T>(weight_decay_.at(lane))};
  }

  LaneReal rate_, decay_, epsilon_, momentum_, weight_decay_;
};
}  // namespace

SADDLE_PLUGIN(RmsProp, "rmsprop")
