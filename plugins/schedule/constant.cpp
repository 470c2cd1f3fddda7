#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Constant final : public Schedule {
 public:
  static void describe(Schema<Constant>& s) { s.summary("The rate stays as it is, once it is warm."); }
  double factor(double, int64_t) const override { return 1; }
  bool is_one() const override { return warmup == 0; }
};
}  // namespace

SADDLE_PLUGIN(Constant, "constant")
