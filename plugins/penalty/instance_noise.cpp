#include <ATen/ATen.h>
#include <saddle/plugin.hpp>

#include <algorithm>
#include <cmath>

namespace {
using namespace saddle;

class InstanceNoise final : public Penalty {
 public:
  static void describe(Schema<InstanceNoise>& s) {
    s.summary("Adds noise to every real and generated sample before the critic sees it.")
        .cites("Sønderby et al. 2017")
        .cites("Arjovsky & Bottou 2017");
    s.param("std", &InstanceNoise::std_, {.initial = 0.1, .range = at_least(0)},
            "Standard deviation of the noise, at the start of the training.");
    s.param("distribution", &InstanceNoise::distribution_,
            {.initial = "normal", .choices = {"normal", "rademacher"}},
            "Of the noise: normal, or ±std with equal probabilities, whose square does not fluctuate.");
    s.param("schedule", &InstanceNoise::schedule_, {.initial = "constant", .choices = {"constant", "linear"}},
            "Whether the standard deviation stays, or goes to `final` on a straight line.");
    const OnlyWhen linear{"schedule", {"linear"}};
    s.param("final", &InstanceNoise::final_, {.initial = 0.0, .range = at_least(0), .only_when = linear},
            "The standard deviation from `anneal_end` on.");
    s.param("anneal_end", &InstanceNoise::anneal_end_,
            {.initial = 1.0, .range = {.low = 0, .high = 1, .low_open = true}, .only_when = linear},
            "The share of the training after which the schedule is at its end.");
  }
  static constexpr bool lazy = false;

  Tensor perturb(const Tensor& samples, Random& random, const Progress& progress) const override {
    const Shape shape = samples.sizes().slice(1).vec();
    const Tensor noise =
        distribution_ == "normal" ? random.normal(shape) : at::where(random.uniform(shape) < 0.5, -1.0, 1.0);
    return samples + std_at(progress) * noise.to(samples.scalar_type());
  }

 private:
  LaneReal std_at(const Progress& progress) const {
    if (schedule_ == "constant") return std_;
    const double done = progress();
    std::vector<double> all;
    for (int64_t lane = 0; lane < std_.lanes(); ++lane)
      all.push_back(std::lerp(std_.at(lane), final_.at(lane), std::min(done / anneal_end_.at(lane), 1.0)));
    return {std::move(all), std_.values().options()};
  }

  LaneReal std_, final_, anneal_end_;
  std::string distribution_, schedule_;
};
}  // namespace

SADDLE_PLUGIN(InstanceNoise, "instance_noise")
