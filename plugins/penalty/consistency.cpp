#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class Consistency final : public Penalty {
 public:
  static void describe(Schema<Consistency>& s) {
    s.summary("weight · E(D(x) − D(x + noise))², D the critic's raw output.")
        .cites("Zhang et al. 2020 (at real samples, with transformed images)")
        .cites("Zhao et al. 2021 (at both)");
    s.param("weight", &Consistency::weight_, {.initial = 10.0, .range = at_least(0)},
            "Multiplies the penalty.");
    s.param("std", &Consistency::std_, {.initial = 0.1, .range = at_least(0)},
            "Standard deviation of the normal noise.");
    s.param("at", &Consistency::at_, {.initial = "real", .choices = {"real", "fake", "both"}},
            "Of which samples; of both: the sum.");
  }

  Tensor value(const Round& round) const override {
    Tensor sum;
    if (at_ != "fake") sum = moved(round, "real", round.real(), round.real_scores());
    if (at_ == "real") return sum;
    const Tensor fake = moved(round, "fake", round.fake(), round.fake_scores());
    return sum.defined() ? sum + fake : fake;
  }

 private:
  Tensor moved(const Round& round, const char* which, const Tensor& samples, const Tensor& scores) const {
    const Tensor noise = round.random(which).normal(samples.sizes().slice(1).vec());
    return weight_ * lane_mean((scores - round.score(samples + std_ * noise)).square());
  }

  LaneReal weight_, std_;
  std::string at_;
};
}  // namespace

SADDLE_PLUGIN(Consistency, "consistency")
