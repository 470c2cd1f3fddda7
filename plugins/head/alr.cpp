#include <saddle/plugin.hpp>

#include "support/composition.hpp"

namespace {
using namespace saddle;

class Alr final : public CompositionHead {
 public:
  static void describe(Schema<Alr>& s) {
    s.summary(
         "Compositions from additive log-ratios: the raw output is ln of every other part over the reference "
         "part, one number fewer than there are parts.")
        .cites("Aitchison 1986");
    s.param("reference", &Alr::reference_, {.initial = -1},
            "The part that the others are compared with, from 0; −1 is the last.");
  }
  Shape raw_shape(const Shape& sample) const override { return one_less(sample); }
  void declare(Declare&, const Shape& sample) override {
    need_two_parts(sample, "reference");
    const int64_t parts = sample.back();
    if (reference_ < -parts || reference_ >= parts)
      throw ParamError("reference",
                       std::to_string(reference_) + " is none of " + std::to_string(parts) + " parts");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override {
    return inverse_alr(raw, reference_);
  }

 private:
  int64_t reference_ = -1;
};
}  // namespace

SADDLE_PLUGIN(Alr, "alr")
