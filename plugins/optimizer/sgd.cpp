#include <saddle/plugin.hpp>
#include <saddle/vectorize.hpp>

#include <array>

#include "support/by_lane.hpp"

namespace {
using namespace saddle;

/// The factors of one lane's update.
template <class T>
struct Step {
  T rate, keep, add, of_gradient, of_velocity, weight_decay;
};

template <class T>
[[gnu::always_inline]] inline void pass(Step<T> s, int64_t n, T* __restrict p, const T* __restrict gradient,
                                        T* __restrict velocity) {
  if (s.of_velocity == 0) {
    for (int64_t i = 0; i < n; ++i) p[i] -= s.rate * (gradient[i] + s.weight_decay * p[i]);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const T g = gradient[i] + s.weight_decay * p[i];
    velocity[i] = s.keep * velocity[i] + s.add * g;
    p[i] -= s.rate * (s.of_gradient * g + s.of_velocity * velocity[i]);
  }
}

SADDLE_VECTORIZE void run(Step<float> s, int64_t n, float* p, const float* g, float* velocity) {
  pass(s, n, p, g, velocity);
}
SADDLE_VECTORIZE void run(Step<double> s, int64_t n, double* p, const double* g, double* velocity) {
  pass(s, n, p, g, velocity);
}

class Sgd final : public Optimizer {
 public:
  static void describe(Schema<Sgd>& s) {
    s.summary("Gradient descent, with momentum if asked for: velocity = momentum · velocity + gradient.")
        .cites("Sutskever et al. 2013, in PyTorch's form")
        .cites("Gidel et al. 2019 (negative momentum)");
    s.param("rate", &Sgd::rate_, {.initial = 1e-3, .range = at_least(0)}, "Learning rate.");
    s.param("momentum", &Sgd::momentum_, {.initial = 0.0, .range = momentum_range},
            "What the velocity keeps at each step, also negative; at 0 the step is along the gradient.");
    s.param("nesterov", &Sgd::nesterov_, {.initial = false},
            "Steps along gradient + momentum · velocity instead of the velocity.");
    s.param("weight_decay", &Sgd::weight_decay_, {.initial = 0.0, .range = at_least(0)},
            "Adds this multiple of the parameters to the gradient.");
  }

  // Kept without momentum too: a trial's state must not depend on the lanes beside it, which may have some.
  std::vector<std::string> states() const override { return {"velocity"}; }

  Updated next(const Update& u) const override {
    using Lane = Step<double>;
    const Factors<Lane> of(u.params, [&](int64_t lane) { return step<double>(u, lane); });
    const Tensor g = u.gradient + of(&Lane::weight_decay) * u.params;
    const Tensor velocity = of(&Lane::keep) * u.states[0] + of(&Lane::add) * g;
    const Tensor along = of(&Lane::of_gradient) * g + of(&Lane::of_velocity) * velocity;
    return {u.params - of(&Lane::rate) * along, {velocity}};
  }

  void update(const Update& u) const override {
    if (!u.params.is_cpu()) return update_at_once(u);
    AT_DISPATCH_FLOATING_TYPES(u.params.scalar_type(), "sgd", [&] {
      for (int64_t lane = 0; lane < u.params.size(0); ++lane)
        run(step<scalar_t>(u, lane), u.params.size(1), row<scalar_t>(u.params, lane),
            row<scalar_t>(u.gradient, lane), row<scalar_t>(u.states[0], lane));
    });
  }

 private:
  // ATen's kernel, over all lanes that have the same factors: off the CPU every launch costs. On CUDA it
  // takes no negative momentum.
  void update_at_once(const Update& u) const {
    for (int64_t lane = 0; lane < u.params.size(0); ++lane)
      if (momentum_.at(lane) < 0) return Optimizer::update(u);
    const auto factors = [&](int64_t lane) {
      return std::array{u.rate(rate_, lane), momentum_.at(lane), weight_decay_.at(lane)};
    };
    const auto* alike = lanes_alike(u, factors);
    if (alike == nullptr) return Optimizer::update(u);
    for (const auto& one : *alike) {
      const auto [rate, momentum, weight_decay] = one.factors;
      const auto velocities = momentum != 0 ? one.states[0] : std::vector<Tensor>();
      at::_fused_sgd_(one.params, one.gradients, velocities, weight_decay, momentum, rate, /*dampening=*/0,
                      nesterov_ && momentum != 0, /*maximize=*/false, /*is_first_step=*/false);
    }
  }

  // Without momentum the velocity stays as it is, and costs nothing.
  template <class T>
  Step<T> step(const Update& u, int64_t lane) const {
    const double momentum = momentum_.at(lane);
    const bool moves = momentum != 0;
    return {static_cast<T>(u.rate(rate_, lane)),
            static_cast<T>(moves ? momentum : 1),
            static_cast<T>(moves ? 1 : 0),
            static_cast<T>(!moves || nesterov_ ? 1 : 0),
            static_cast<T>(moves ? (nesterov_ ? momentum : 1) : 0),
            static_cast<T>(weight_decay_.at(lane))};
  }

  LaneReal rate_, momentum_, weight_decay_;
  bool nesterov_ = false;
};
}  // namespace

SADDLE_PLUGIN(Sgd, "sgd")
