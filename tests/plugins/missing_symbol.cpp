#include "specimen.hpp"

// Declared, called and never written: what a forgotten source file looks like.
saddle::Tensor written_nowhere(const saddle::Tensor&);

namespace {
class Unfinished final : public Divergence {
 public:
  static void describe(Schema<Unfinished>& s) { s.summary("Calls a function that is nowhere."); }
  Tensor value(const Round& round) const override { return written_nowhere(round.real()); }
};
}  // namespace

SADDLE_PLUGIN(Unfinished, "unfinished")
