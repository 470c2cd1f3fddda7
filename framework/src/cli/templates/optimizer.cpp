#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Optimizer {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("Steps of one length along the signs of the gradient.")
        .cites("Bernstein et al. 2018 (signSGD)");
    s.param("rate", &NewPlugin::rate_, {.initial = 1e-3, .range = at_least(0)}, "Learning rate.");
  }
  Updated next(const Update& u) const override { return {u.params - u.rates(rate_) * u.gradient.sign(), {}}; }

 private:
  LaneReal rate_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
