#include <saddle/plugin.hpp>

#include "support/composition.hpp"

namespace {
using namespace saddle;

class Ilr final : public CompositionHead {
 public:
  static void describe(Schema<Ilr>& s) {
    s.summary(
         "Compositions from isometric log-ratios: the raw output is their coordinates in an orthonormal "
         "basis, "
         "one number fewer than there are parts, so that distances of raw output are Aitchison's.")
        .cites("Egozcue et al. 2003, equation 18");
  }
  Shape raw_shape(const Shape& sample) const override { return one_less(sample); }
  void declare(Declare&, const Shape& sample) override { need_two_parts(sample, "use"); }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override { return inverse_ilr(raw); }
};
}  // namespace

SADDLE_PLUGIN(Ilr, "ilr")
