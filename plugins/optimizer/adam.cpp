#include <ATen/core/grad_mode.h>
#include <saddle/plugin.hpp>
#include <saddle/vectorize.hpp>

#include <cmath>

namespace {
using namespace saddle;

/// The factors of one lane's update.
template <class T>
struct Step {
  T keep_mean, add_mean, keep_square, add_square, scale_root, rate, epsilon, weight_decay;
};

template <class T>
[[gnu::always_inline]] inline void pass(Step<T> s, int64_t n, T* __restrict p, const T* __restrict gradient,
                                        T* __restrict mean, T* __restrict square) {
  for (int64_t i = 0; i < n; ++i) {
    const T g = gradient[i] + s.weight_decay * p[i];
    mean[i] = s.keep_mean * mean[i] + s.add_mean * g;
    square[i] = s.keep_square * square[i] + s.add_square * g * g;
    p[i] -= s.rate * mean[i] / (std::sqrt(square[i]) * s.scale_root + s.epsilon);
  }
}

SADDLE_VECTORIZE void run(Step<float> s, int64_t n, float* p, const float* g, float* mean, float* square) {
  pass(s, n, p, g, mean, square);
}
SADDLE_VECTORIZE void run(Step<double> s, int64_t n, double* p, const double* g, double* mean,
                          double* square) {
  pass(s, n, p, g, mean, square);
}

class Adam final : public Optimizer {
 public:
  static void describe(Schema<Adam>& s) {
    s.summary("Adam: running means of the gradient and of its square, corrected for their start at zero.")
        .cites("Kingma & Ba 2015");
    s.param("rate", &Adam::rate_, {.initial = 1e-3, .range = at_least(0)}, "Learning rate.");
    s.param("beta1", &Adam::beta1_, {.initial = 0.9, .range = {.low = 0, .high = 1, .high_open = true}},
            "What the gradient's mean keeps at each step.");
    s.param("beta2", &Adam::beta2_, {.initial = 0.999, .range = {.low = 0, .high = 1, .high_open = true}},
            "What the squared gradient's mean keeps at each step.");
    s.param("epsilon", &Adam::epsilon_, {.initial = 1e-8, .range = above(0)}, "Added to the divisor.");
    s.param("weight_decay", &Adam::weight_decay_, {.initial = 0.0, .range = at_least(0)},
            "Adds this multiple of the parameters to the gradient.");
  }

  std::vector<std::string> states() const override { return {"mean", "square"}; }

  void update(const Update& u) const override {
    if (!u.params.is_cpu()) return update_elsewhere(u);
    AT_DISPATCH_FLOATING_TYPES(u.params.scalar_type(), "adam", [&] {
      for (int64_t lane = 0; lane < u.params.size(0); ++lane)
        run(step<scalar_t>(lane, u.count + 1), u.params.size(1), row<scalar_t>(u.params, lane),
            row<scalar_t>(u.gradient, lane), row<scalar_t>(u.states[0], lane),
            row<scalar_t>(u.states[1], lane));
    });
  }

 private:
  template <class T>
  static T* row(const Tensor& x, int64_t lane) {
    return x.data_ptr<T>() + lane * x.stride(0);
  }

  template <class T>
  Step<T> step(int64_t lane, int64_t count) const {
    const double beta1 = beta1_.at(lane), beta2 = beta2_.at(lane), t = static_cast<double>(count);
    return {static_cast<T>(beta1),
            static_cast<T>(1 - beta1),
            static_cast<T>(beta2),
            static_cast<T>(1 - beta2),
            static_cast<T>(1 / std::sqrt(1 - std::pow(beta2, t))),
            static_cast<T>(rate_.at(lane) / (1 - std::pow(beta1, t))),
            static_cast<T>(epsilon_.at(lane)),
            static_cast<T>(weight_decay_.at(lane))};
  }

  // The same formulas in ATen's operators, for other devices.
  void update_elsewhere(const Update& u) const {
    const at::NoGradGuard in_place;
    const double t = static_cast<double>(u.count + 1);
    const Tensor &p = u.params, &mean = u.states[0], &square = u.states[1];
    const Tensor g = u.gradient + weight_decay_ * p;
    const auto left = [&](const LaneReal& beta) {
      return (1 - beta.like(p).to(at::kDouble).pow(t)).to(p.dtype());
    };
    mean.mul_(beta1_.like(p)).add_((1 - beta1_.like(p)) * g);
    square.mul_(beta2_.like(p)).add_((1 - beta2_.like(p)) * g * g);
    p.sub_(rate_.like(p) / left(beta1_) * mean / (square.sqrt() / left(beta2_).sqrt() + epsilon_));
  }

  LaneReal rate_, beta1_, beta2_, epsilon_, weight_decay_;
};
}  // namespace

SADDLE_PLUGIN(Adam, "adam")
