#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Consensus final : public Dynamics {
 public:
  static void describe(Schema<Consensus>& s) {
    s.summary(
         "Consensus optimisation: every mover also descends weight · ½‖v‖², v the gradients of all players "
         "together. The gradient of ½‖v‖² is exact; the authors' Dirac-GAN code halves one of its terms.")
        .cites("Mescheder, Nowozin & Geiger 2017, algorithm 2");
    s.param("weight", &Consensus::weight_, {.initial = 10.0, .range = at_least(0)}, "Weight of ½‖v‖².");
  }
  bool needs_second_derivatives() const override { return true; }
  void play(Turn& turn) const override {
    std::vector<Field> gradients;
    Tensor half_square;
    for (size_t p = 0; p < turn.players().size(); ++p) {
      gradients.push_back(turn.gradient(p, /*differentiable=*/true));
      const Tensor some = dot(gradients.back(), gradients.back()) / 2;
      half_square = half_square.defined() ? half_square + some : some;
    }
    Field params;  // of all movers: one pass through the graph
    for (const size_t p : turn.movers())
      params.insert(params.end(), turn.parameters(p).begin(), turn.parameters(p).end());
    const Field slope = weight_ * derivative(half_square, params);
    auto next = slope.begin();
    for (const size_t p : turn.movers()) {
      const auto end = next + static_cast<std::ptrdiff_t>(gradients[p].size());
      turn.move(p, saddle::copy(gradients[p]) + Field(next, end));
      next = end;
    }
  }

 private:
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(Consensus, "consensus")
