#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Unrolled final : public Dynamics {
 public:
  static void describe(Schema<Unrolled>& s) {
    s.summary(
         "Unrolled critic: the generator descends its loss against the critic as it would be after some more "
         "updates on this batch, and is differentiated through them and through the critic's optimizer. The "
         "critic itself takes its plain step. Clipping of gradients and projections are not unrolled.")
        .cites("Metz et al. 2017, equations 8 to 10");
    s.param("steps", &Unrolled::steps_, {.initial = 5, .range = at_least(0)}, "Updates of the critic ahead.");
  }
  bool needs_second_derivatives() const override { return true; }

  void play(Turn& turn) const override {
    std::vector<Field> gradients;
    for (const size_t p : turn.movers())
      gradients.push_back(turn.players()[p].is_critic ? turn.gradient(p) : ahead(turn, p));
    for (size_t i = 0; i < gradients.size(); ++i) turn.move(turn.movers()[i], gradients[i]);
  }

 private:
  Field ahead(Turn& turn, size_t generator) const {
    for (size_t p = 0; p < turn.players().size(); ++p)
      if (turn.players()[p].is_critic) unroll(turn, p);
    Field gradient = turn.gradient(generator);
    for (size_t p = 0; p < turn.players().size(); ++p)
      if (turn.players()[p].is_critic) turn.reset(p);
    return gradient;
  }

  void unroll(Turn& turn, size_t critic) const {
    Field params = turn.parameters(critic);
    std::vector<Field> memory = turn.memory(critic);
    for (Field& state : memory) state = saddle::copy(state);
    const int64_t done = turn.count(critic);
    for (int64_t k = 0; k < steps_; ++k) {
      const Field gradient = turn.gradient(critic, /*differentiable=*/true);
      for (size_t i = 0; i < params.size(); ++i) {
        std::vector<Tensor> states;
        for (const Field& state : memory) states.push_back(state[i]);
        Updated after = turn.optimizer(critic).next(
            {params[i], gradient[i], states, done + k, turn.rate_factors(critic)});
        params[i] = std::move(after.params);
        for (size_t s = 0; s < memory.size(); ++s) memory[s][i] = std::move(after.states[s]);
      }
      turn.substitute(critic, params);
    }
  }

  int64_t steps_ = 5;
};
}  // namespace

SADDLE_PLUGIN(Unrolled, "unrolled")
