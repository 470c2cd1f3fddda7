#include <saddle/plugin.hpp>
#include <saddle/portable.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Schedule {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("The rate falls to 0 as (1 − progress)^power.");
    s.param("power", &NewPlugin::power_, {.initial = 2.0, .range = above(0)}, "How early it falls.");
  }
  double factor(double progress, int64_t lane) const override {
    return portable::pow(1 - progress, power_.at(lane));
  }

 private:
  LaneReal power_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
