#include <saddle/plugin.hpp>

#include "support/composition.hpp"

namespace {
using namespace saddle;

class Softmax final : public CompositionHead {
 public:
  static void describe(Schema<Softmax>& s) {
    s.summary("Compositions: parts in proportion to eˣ of the raw output, along the last axis.");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override { return at::softmax(raw, -1); }
  bool works_by_position(const Shape& sample) const override { return sample.size() > 1; }
};
}  // namespace

SADDLE_PLUGIN(Softmax, "softmax")
