#include <saddle/plugin.hpp>

#include "support/composition.hpp"

namespace {
using namespace saddle;

class ClrSoftmax final : public CompositionHead {
 public:
  static void describe(Schema<ClrSoftmax>& s) {
    s.summary(
         "Compositions whose centred log-ratios are the raw output less its mean. The same samples as "
         "softmax's, "
         "whatever the raw output's offset, from numbers that don't grow with it.")
        .cites("Aitchison 1986");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override {
    return inverse_clr(raw - raw.mean(-1, true));
  }
  bool works_by_position(const Shape& sample) const override { return sample.size() > 1; }
};
}  // namespace

SADDLE_PLUGIN(ClrSoftmax, "clr_softmax")
