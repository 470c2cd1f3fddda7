#include "support/adam.hpp"

namespace {
using namespace saddle;

class AmsGrad final : public AdamFamily {
 public:
  AmsGrad() : AdamFamily({.keep_largest = true}) {}
  static void describe(Schema<AmsGrad>& s) {
    s.summary("Adam that divides by the root of the largest running square so far: steps never grow back.")
        .cites("Reddi, Kale & Kumar 2018, in PyTorch's form (the largest is taken before the correction)");
    describe_adam(s, 0, coupled_decay_doc);
  }
};
}  // namespace

SADDLE_PLUGIN(AmsGrad, "amsgrad")
