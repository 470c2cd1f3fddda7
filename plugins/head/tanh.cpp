#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Tanh final : public Head {
 public:
  static void describe(Schema<Tanh>& s) {
    s.summary("Hyperbolic tangent of the raw output: samples within −1 … 1.");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override {
    return activate(raw, Activation::tanh);
  }
  bool works_by_position(const Shape&) const override { return true; }
  Interval range() const override { return {-1, 1}; }
};
}  // namespace

SADDLE_PLUGIN(Tanh, "tanh")
