#include "support/adam.hpp"

namespace {
using namespace saddle;

class AdamW final : public AdamFamily {
 public:
  AdamW() : AdamFamily({.decoupled = true}) {}
  static void describe(Schema<AdamW>& s) {
    s.summary("Adam with decoupled weight decay: the parameters shrink, whatever their gradient was.")
        .cites("Loshchilov & Hutter 2019, in PyTorch's form");
    describe_adam(s, 1e-2, "The parameters shrink by this multiple of the learning rate at each step.");
  }
};
}  // namespace

SADDLE_PLUGIN(AdamW, "adamw")
