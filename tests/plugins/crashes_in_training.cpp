#include <saddle/plugin.hpp>

#include <csignal>

namespace {
using namespace saddle;

class Crasher final : public Divergence {
 public:
  static void describe(Schema<Crasher>& s) {
    s.summary("Ends its process where the weight of a lane is above 1.");
    s.param("weight", &Crasher::weight_, {.initial = 1.0}, "Multiplies the value.");
  }
  Tensor value(const Round& round) const override {
    for (int64_t lane = 0; lane < round.real().size(0); ++lane)
      if (weight_.at(lane) > 1 && round.step() == 2) std::raise(SIGSEGV);
    return weight_ * (lane_mean(round.real_scores()) - lane_mean(round.fake_scores()));
  }

 private:
  LaneReal weight_;
};
}  // namespace

SADDLE_PLUGIN(Crasher, "crasher")
