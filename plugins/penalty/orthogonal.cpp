#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Orthogonal final : public Penalty {
 public:
  static void describe(Schema<Orthogonal>& s) {
    s.summary(
         "weight · Σ over the critic's weight matrices W [inputs, outputs] of ‖WᵀW − I‖², or of ‖WᵀW‖² off "
         "the "
         "diagonal, in Frobenius norm.")
        .cites("Brock et al. 2017 (with absolute values)")
        .cites("Brock, Donahue & Simonyan 2019, section 3.1 (off the diagonal)");
    s.param("weight", &Orthogonal::weight_, {.initial = 1e-4, .range = at_least(0)},
            "Multiplies the penalty.");
    s.param("form", &Orthogonal::form_, {.initial = "frobenius", .choices = {"frobenius", "off_diagonal"}},
            "Whether the columns' lengths are held at 1 too, or their directions only.");
  }

  // Nothing is left to add where the critic has no matrix.
  Tensor value(const Round& round) const override {
    const Params critic = round.critic();
    Tensor sum;
    for (const Tensor& w : critic.all()) {
      if (w.dim() < 3) continue;
      const Tensor matrix = w.flatten(1, -2), gram = saddle::matmul(matrix, matrix, true, false);
      const Tensor identity = at::eye(gram.size(1), gram.options());
      const Tensor excess = form_ == "frobenius" ? gram - identity : gram * (1 - identity);
      sum = sum.defined() ? sum + lane_sum(excess.square()) : lane_sum(excess.square());
    }
    return sum.defined() ? weight_ * sum : sum;
  }

 private:
  LaneReal weight_;
  std::string form_;
};
}  // namespace

SADDLE_PLUGIN(Orthogonal, "orthogonal")
