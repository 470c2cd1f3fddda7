#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>
#include <saddle/vectorize.hpp>

namespace {
using namespace saddle;

/// The factors of one lane's update.
template <class T>
struct Step {
  T rate, momentum, weight_decay;
  bool nesterov;
};

template <class T>
[[gnu::always_inline]] inline void pass(Step<T> s, int64_t n, T* __restrict p, const T* __restrict gradient,
                                        T* __restrict velocity) {
  if (s.momentum == 0) {
    for (int64_t i = 0; i < n; ++i) p[i] -= s.rate * (gradient[i] + s.weight_decay * p[i]);
    return;
  }
  const T of_gradient = s.nesterov ? T(1) : T(0), of_velocity = s.nesterov ? s.momentum : T(1);
  for (int64_t i = 0; i < n; ++i) {
    const T g = gradient[i] + s.weight_decay * p[i];
    velocity[i] = s.momentum * velocity[i] + g;
    p[i] -= s.rate * (of_gradient * g + of_velocity * velocity[i]);
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
        .cites("Sutskever et al. 2013, in PyTorch's form");
    s.param("rate", &Sgd::rate_, {.initial = 1e-3, .range = at_least(0)}, "Learning rate.");
    s.param("momentum", &Sgd::momentum_, {.initial = 0.0, .range = at_least(0)},
            "What the velocity keeps at each step; at 0 the step is along the gradient.");
    s.param("nesterov", &Sgd::nesterov_, {.initial = false},
            "Steps along gradient + momentum · velocity instead of the velocity.");
    s.param("weight_decay", &Sgd::weight_decay_, {.initial = 0.0, .range = at_least(0)},
            "Adds this multiple of the parameters to the gradient.");
  }

  // Kept without momentum too: a trial's state must not depend on the lanes beside it, which may have some.
  std::vector<std::string> states() const override { return {"velocity"}; }

  void update(const Update& u) const override {
    if (!u.params.is_cpu()) return update_elsewhere(u);
    AT_DISPATCH_FLOATING_TYPES(u.params.scalar_type(), "sgd", [&] {
      for (int64_t lane = 0; lane < u.params.size(0); ++lane) {
        const Step<scalar_t> step{static_cast<scalar_t>(rate_.at(lane)),
                                  static_cast<scalar_t>(momentum_.at(lane)),
                                  static_cast<scalar_t>(weight_decay_.at(lane)), nesterov_};
        run(step, u.params.size(1), row<scalar_t>(u.params, lane), row<scalar_t>(u.gradient, lane),
            row<scalar_t>(u.states[0], lane));
      }
    });
  }

 private:
  template <class T>
  static T* row(const Tensor& x, int64_t lane) {
    return x.data_ptr<T>() + lane * x.stride(0);
  }

  // The same formulas in ATen's operators, for other devices.
  void update_elsewhere(const Update& u) const {
    const at::NoGradGuard in_place;
    const Tensor g = u.gradient + weight_decay_ * u.params;
    const Tensor& velocity = u.states[0];
    velocity.mul_(momentum_.like(g)).add_(g);
    u.params.sub_(rate_ * (nesterov_ ? g + momentum_ * velocity : velocity));
  }

  LaneReal rate_, momentum_, weight_decay_;
  bool nesterov_ = false;
};
}  // namespace

SADDLE_PLUGIN(Sgd, "sgd")
