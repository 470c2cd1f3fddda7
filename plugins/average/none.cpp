#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class None final : public Average {
 public:
  static void describe(Schema<None>& s) { s.summary("No average: the last weights are all there is."); }
  double share(int64_t, int64_t) const override { return 1; }
  bool keeps() const override { return false; }
  static constexpr bool has_start = false;
};
}  // namespace

SADDLE_PLUGIN(None, "none")
