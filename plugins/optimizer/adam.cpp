#include "support/adam.hpp"

namespace {
using namespace saddle;

class Adam final : public AdamFamily {
 public:
  Adam() : AdamFamily({}) {}
  static void describe(Schema<Adam>& s) {
    s.summary("Adam: running means of the gradient and of its square, corrected for their start at zero.")
        .cites("Kingma & Ba 2015");
    describe_adam(s, 0, coupled_decay_doc);
  }
};
}  // namespace

SADDLE_PLUGIN(Adam, "adam")
