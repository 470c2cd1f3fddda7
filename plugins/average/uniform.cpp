#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Uniform final : public Average {
 public:
  static void describe(Schema<Uniform>& s) {
    s.summary("The mean of all weights from `start` on.").cites("Polyak & Juditsky 1992");
  }
  double share(int64_t count, int64_t) const override { return 1 / static_cast<double>(count + 1); }
};
}  // namespace

SADDLE_PLUGIN(Uniform, "uniform")
