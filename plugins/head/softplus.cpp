#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Softplus final : public Head {
 public:
  static void describe(Schema<Softplus>& s) {
    s.summary("ln(1 + eˣ) of the raw output: positive samples, near the raw output where that is large.");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override { return saddle::softplus(raw); }
  bool works_by_position(const Shape&) const override { return true; }
  Interval range() const override { return {.low = 0}; }
};
}  // namespace

SADDLE_PLUGIN(Softplus, "softplus")
