#include "config/trial.hpp"

namespace saddle {

void TrainConfig::describe(Schema<TrainConfig>& s) {
  s.summary("How the players are trained.");
  s.param("steps", &TrainConfig::steps, {.initial = 5000, .range = at_least(1)},
          "Steps: in each the critic is updated critic_steps times and the generator generator_steps times.");
  s.param("batch", &TrainConfig::batch, {.initial = 256, .range = at_least(1)},
          "Samples, real and generated, of one update.");
  s.param("packing", &TrainConfig::packing, {.initial = 1, .range = at_least(1)},
          "Samples that the critic scores as one, side by side (PacGAN): it and the penalties see batch / "
          "packing "
          "of them. The batch must be a multiple.");
  s.param("critic_steps", &TrainConfig::critic_steps, {.initial = 1, .range = at_least(1)},
          "Updates of the critic a step.");
  s.param("generator_steps", &TrainConfig::generator_steps, {.initial = 1, .range = at_least(1)},
          "Updates of the generator a step.");
  s.param("turns", &TrainConfig::turns,
          {.initial = "alternating", .choices = {"alternating", "simultaneous"}},
          "Whether a player sees the other's update of the same step.");
  s.param("first", &TrainConfig::first,
          {.initial = "critic",
           .choices = {"critic", "generator"},
           .only_when = OnlyWhen{"turns", {"alternating"}}},
          "Who begins a step when turns alternate.");
  s.param(
      "generator_clip_norm", &TrainConfig::generator_clip_norm, {.initial = 0.0, .range = at_least(0)},
      "Largest Euclidean norm of the generator's gradient, lane by lane: a longer one is shortened to it. "
      "0: no limit.");
  s.param("critic_clip_norm", &TrainConfig::critic_clip_norm, {.initial = 0.0, .range = at_least(0)},
          "The same for the critic.");
  s.param("dtype", &TrainConfig::dtype, {.initial = "float32", .choices = {"float32", "float64"}},
          "Precision of everything that is trained.");
}

void MeasureConfig::describe(Schema<MeasureConfig>& s) {
  s.summary("When and on how many samples metrics are measured.");
  s.param("every", &MeasureConfig::every, {.initial = 1000, .range = at_least(0)},
          "Steps between measurements; 0 measures at the start and the end only.");
  s.param("samples", &MeasureConfig::samples, {.initial = 2500, .range = at_least(1)},
          "Generated samples of a measurement, against as many held-out ones.");
}

void KeepConfig::describe(Schema<KeepConfig>& s) {
  s.summary("What the store keeps of a trial beside its numbers.");
  s.param("weights", &KeepConfig::weights, {.initial = "final", .choices = {"final", "none"}},
          "Whether the networks' parameters at the end are kept.");
  s.param("samples", &KeepConfig::samples, {.initial = 256, .range = at_least(0)},
          "Generated samples that are kept.");
}

}  // namespace saddle
