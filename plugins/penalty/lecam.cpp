#include <saddle/plugin.hpp>

namespace {
using namespace saddle;

class LeCam final : public Penalty {
 public:
  static void describe(Schema<LeCam>& s) {
    s.summary(
         "weight · (E(D(x) − a_fake)² + E(D(G(z)) − a_real)²), the anchors a_real and a_fake running means "
         "of the real and of the generated samples' scores.")
        .cites("Tseng et al. 2021");
    s.param("weight", &LeCam::weight_, {.initial = 0.3, .range = at_least(0)}, "Multiplies the penalty.");
    s.param("decay", &LeCam::decay_, {.initial = 0.99, .range = {.low = 0, .high = 1, .high_open = true}},
            "What the anchors keep at each update; they start as the first batch's means.");
    s.param("sided", &LeCam::sided_, {.initial = "two", .choices = {"two", "one"}},
            "Whether scores on the near side of the other's anchor cost too, as in the paper, or only real "
            "scores above a_fake and generated ones below a_real, as in the authors' code.");
  }

  void declare(Declare& d) override {
    real_ = d.state("lecam.real", {1});
    fake_ = d.state("lecam.fake", {1});
    weights_ = d.state("lecam.weights", {1});
  }

  // Against the anchors of the updates before this one: at the first there are none, and nothing is added.
  Tensor value(const Round& round) const override {
    const Params critic = round.critic();
    const Tensor &real = round.real_scores(), &fake = round.fake_scores();
    const Tensor known = critic[weights_] > 0, weights = at::where(known, critic[weights_], 1);
    const Tensor real_excess = beyond(real - critic[fake_] / weights),
                 fake_excess = beyond(critic[real_] / weights - fake);
    const Tensor sum = lane_mean(real_excess.square()) + lane_mean(fake_excess.square());
    advance(critic, weights_, at::ones_like(real));
    advance(critic, real_, real);
    advance(critic, fake_, fake);
    return weight_ * at::where(known.squeeze(1), sum, 0);
  }

 private:
  // Running sums of the batches' means and of their weights: the ratio is a mean from the first update on. No
  // gradient passes.
  void advance(const Params& critic, StateRef ref, const Tensor& scores) const {
    const LaneReal add = decay_.map([](double decay) { return 1 - decay; });
    critic.store(ref, decay_ * critic[ref] + add * lane_mean(scores.detach()).unsqueeze(1));
  }

  Tensor beyond(const Tensor& difference) const {
    return sided_ == "one" ? difference.clamp_min(0) : difference;
  }

  LaneReal weight_, decay_;
  std::string sided_;
  StateRef real_, fake_, weights_;
};
}  // namespace

SADDLE_PLUGIN(LeCam, "lecam")
