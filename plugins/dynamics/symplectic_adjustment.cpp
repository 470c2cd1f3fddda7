#include <ATen/ATen.h>
#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class SymplecticAdjustment final : public Dynamics {
 public:
  static void describe(Schema<SymplecticAdjustment>& s) {
    s.summary(
         "Symplectic gradient adjustment: along ξ + λAᵀξ, ξ all players' gradients and A = (J − Jᵀ)/2 the "
         "rotating part of the game's Jacobian J.")
        .cites("Balduzzi et al. 2018, algorithm 1");
    s.param("weight", &SymplecticAdjustment::weight_, {.initial = 1.0, .range = at_least(0)}, "λ.");
    s.param(
        "align", &SymplecticAdjustment::align_, {.initial = true},
        "Gives λ the sign of ⟨ξ, ∇H⟩⟨Aᵀξ, ∇H⟩ + ε, H = ½‖ξ‖², which leads away from unstable fixed points.");
    s.param("epsilon", &SymplecticAdjustment::epsilon_, {.initial = 0.1, .range = at_least(0)},
            "ε, of an inner product divided by the number of parameters.");
  }
  bool needs_second_derivatives() const override { return true; }

  void play(Turn& turn) const override {
    // One field over all players.
    Field xi, params;
    std::vector<size_t> begin{0};
    for (size_t p = 0; p < turn.players().size(); ++p) {
      const Field gradient = turn.gradient(p, /*differentiable=*/true), own = turn.parameters(p);
      xi.insert(xi.end(), gradient.begin(), gradient.end());
      params.insert(params.end(), own.begin(), own.end());
      begin.push_back(params.size());
    }
    const Field at = saddle::copy(xi);
    const Field transposed = derivative(dot(xi, at), params, true);  // Jᵀξ, which is ∇H
    const Field adjustment = 0.5 * (saddle::copy(transposed) - jacobian_times(xi, params, at));
    const Field direction = at + sign(at, adjustment, transposed) * adjustment;
    for (const size_t p : turn.movers())
      turn.move(p, {direction.begin() + static_cast<std::ptrdiff_t>(begin[p]),
                    direction.begin() + static_cast<std::ptrdiff_t>(begin[p + 1])});
  }

 private:
  // Jv, as the derivative by u of ⟨Jᵀu, v⟩.
  static Field jacobian_times(const Field& xi, const Field& params, const Field& v) {
    Field u;
    for (const Tensor& x : v) u.push_back(at::zeros_like(x).requires_grad_());
    return derivative(dot(derivative(dot(xi, u), params, true), v), u);
  }

  struct Signed {
    Tensor lambda;  // [lane]
    friend Field operator*(const Signed& s, const Field& field) {
      Field result;
      for (const Tensor& x : field) {
        std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
        shape[0] = x.size(0);
        result.push_back(s.lambda.view(shape) * x);
      }
      return result;
    }
  };
  Signed sign(const Field& xi, const Field& adjustment, const Field& hamiltonian) const {
    const Tensor lambda = weight_.values();
    if (!align_) return {lambda};
    int64_t count = 0;
    for (const Tensor& x : xi) count += x.numel() / x.size(0);
    const Tensor product = dot(xi, hamiltonian) * dot(adjustment, hamiltonian) / static_cast<double>(count);
    return {at::where(product.detach() + epsilon_.values() >= 0, lambda, -lambda)};
  }

  LaneReal weight_, epsilon_;
  bool align_ = true;
};
}  // namespace

SADDLE_PLUGIN(SymplecticAdjustment, "symplectic_adjustment")
