#include <ATen/ATen.h>
#include <saddle/plugin.hpp>

#include <limits>

namespace {
using namespace saddle;

class GameJacobian final : public Metric {
 public:
  static void describe(Schema<GameJacobian>& s) {
    s.summary(
         "Spectrum of the Jacobian of v = −(gradients of all players) by all their parameters, in float64: "
         "the "
         "largest real part of its eigenvalues (negative at an attracting point), the largest imaginary part "
         "(how fast the players turn), and the share of rotation ‖A‖²/(‖A‖² + ‖S‖²) of its antisymmetric "
         "part "
         "A and symmetric part S. For small games.")
        .cites("Mescheder, Nowozin & Geiger 2017, section 3")
        .cites("Balduzzi et al. 2018, section 2");
    s.param("consensus", &GameJacobian::consensus_, {.initial = 0.0, .range = at_least(0)},
            "Takes J − consensus·JᵀJ for J: at a fixed point the Jacobian of consensus optimisation.");
    s.param("limit", &GameJacobian::limit_, {.initial = 512, .range = between(1, 10000)},
            "The most parameters of all players together; a larger game has NaN.");
  }

  std::vector<std::string> columns(const Data&) const override {
    return {"real_max", "imag_max", "rotation"};
  }
  bool needs_game() const override { return true; }
  std::string unsupported(const Parts& parts) const override {
    const std::string reason = saddle::inexact_second_derivatives(parts);
    return reason.empty() ? "" : "it is made of the losses' second derivatives, and " + reason;
  }

  Tensor measure(const Measurement& m) const override {
    const int64_t lanes = m.fake.size(0);
    Tensor result = at::full({lanes, 3}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    Field params;
    for (size_t p = 0; p < m.game->players().size(); ++p) {
      const Field& own = m.game->parameters(p);
      params.insert(params.end(), own.begin(), own.end());
    }
    if (flat(params).size(1) > limit_) return result;
    const Tensor jacobian = jacobian_of(*m.game, params);
    for (int64_t lane = 0; lane < lanes; ++lane) describe(jacobian[lane], result[lane]);
    return result;
  }

 private:
  static Tensor flat(const Field& field) {
    std::vector<Tensor> pieces;
    for (const Tensor& x : field) pieces.push_back(x.flatten(1));
    return at::cat(pieces, 1);
  }

  // [lane, n, n]: row i is the derivative of the i-th component of v.
  static Tensor jacobian_of(Game& game, const Field& params) {
    Field field;
    for (size_t p = 0; p < game.players().size(); ++p)
      for (Tensor& x : game.gradient(p, /*differentiable=*/true)) field.push_back(std::move(x));
    const Tensor v = -flat(field);
    std::vector<Tensor> rows;
    for (int64_t i = 0; i < v.size(1); ++i)
      rows.push_back(flat(derivative(v.select(1, i), params, /*differentiable=*/true)).detach());
    return at::stack(rows, 1).to(at::kCPU, at::kDouble);
  }

  void describe(const Tensor& of_game, Tensor row) const {
    if (!of_game.isfinite().all().item<bool>()) return;
    const Tensor jacobian = of_game - consensus_ * at::mm(of_game.t(), of_game);
    const Tensor eigenvalues = at::linalg_eigvals(jacobian);
    const Tensor antisymmetric = (jacobian - jacobian.t()) / 2, symmetric = (jacobian + jacobian.t()) / 2;
    const double turning = antisymmetric.square().sum().item<double>(),
                 straight = symmetric.square().sum().item<double>();
    row[0].fill_(at::real(eigenvalues).max());
    row[1].fill_(at::imag(eigenvalues).abs().max());
    row[2].fill_(turning / (turning + straight));
  }

  double consensus_ = 0;
  int64_t limit_ = 0;
};
}  // namespace

SADDLE_PLUGIN(GameJacobian, "game_jacobian")
