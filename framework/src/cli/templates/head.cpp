#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Head {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Samples are the generator's raw output times a factor.");
    s.param("factor", &NewPlugin::factor_, {.initial = 2.0, .range = above(0)}, "Multiplies every number.");
  }
  Tensor forward(const Params&, const Tensor& raw, Random&) const override { return factor_ * raw; }

 private:
  LaneReal factor_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
