#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Constraint {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("The critic uses limit · tanh(w/limit) in place of each parameter w: all lie within ±limit.");
    s.param("limit", &NewPlugin::limit_, {.initial = 0.5, .range = above(0)}, "The largest absolute value.");
  }
  Tensor effective(const Params&, const Slot&, const Tensor& trained) const override {
    return limit_ * (trained / limit_).tanh();
  }

 private:
  LaneReal limit_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
