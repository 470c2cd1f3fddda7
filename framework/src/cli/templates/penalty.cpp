#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class NewPlugin final : public Penalty {
 public:
  static void describe(Schema<NewPlugin>& s) {
    s.summary("weight · E D(x)² at real samples: holds the critic's scores near zero.")
        .cites("Karras et al. 2018, appendix A.1");
    s.param("weight", &NewPlugin::weight_, {.initial = 1e-3, .range = at_least(0)},
            "Multiplies the penalty.");
  }
  Tensor value(const Round& round) const override {
    return weight_ * lane_mean(round.real_scores().square());
  }

 private:
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(NewPlugin, "new_plugin")
