#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class GradientDescent final : public Dynamics {
 public:
  static void describe(Schema<GradientDescent>& s) {
    s.summary("Every mover's optimizer takes a step down the gradient of the mover's own loss.");
  }
  void play(Turn& turn) const override {
    std::vector<Field> gradients;  // all of them at one point, before anybody moves
    for (const size_t p : turn.movers()) gradients.push_back(turn.gradient(p));
    for (size_t i = 0; i < gradients.size(); ++i) turn.move(turn.movers()[i], gradients[i]);
  }
};
}  // namespace

SADDLE_PLUGIN(GradientDescent, "gradient_descent")
