#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Sigmoid final : public Head {
 public:
  static void describe(Schema<Sigmoid>& s) {
    s.summary("Logistic function of the raw output: samples within 0 … 1, the raw output is their logit.");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override { return saddle::sigmoid(raw); }
  bool works_by_position(const Shape&) const override { return true; }
  Interval range() const override { return {0, 1}; }
};
}  // namespace

SADDLE_PLUGIN(Sigmoid, "sigmoid")
