// A trial: one fully resolved configuration with one seed.
#pragma once
#include <saddle/schema.hpp>
#include <saddle/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/contents.hpp"
#include "plugin/registry.hpp"

namespace saddle {

/// One plugin with its parameters, checked. Shared between the trials that have it in common.
struct PartConfig {
  const RegisteredPlugin* plugin = nullptr;
  std::map<std::string, ValuePtr> given;  ///< parameters that the user set; paths already absolute
  std::string canonical;                  ///< "{use: mlp, version: 1, widths: [64, 64]}", defaults left out
  std::string structural;  ///< the same without per-lane parameters: equal for parts that train together
  std::string
      resolved;  ///< "{use: mlp, activation: relu, widths: [64, 64]}": every parameter, as the store keeps it
  std::string as;    ///< metrics: the name of its columns; otherwise the plugin's name
  std::string path;  ///< where it stands: "generator", "penalties.0", "train.critic_optimizer"
  std::map<std::string, std::string>
      written;  ///< paths as they count in the identity, where `given` has them absolute
  std::map<std::string, Content> contents;  ///< of the files that paths name, where they could be read
  Place place;                              ///< of `use`, for messages about the part as a whole
};
using PartPtr = std::shared_ptr<const PartConfig>;

/// The section `train`, without its parts: optimizers, schedules, dynamics, average.
struct TrainConfig {
  int64_t steps = 0, batch = 0, packing = 1, critic_steps = 0, generator_steps = 0;
  double generator_clip_norm = 0, critic_clip_norm = 0;
  std::string turns, first, dtype;
  static void describe(Schema<TrainConfig>& s);
};

/// The section `measure`.
struct MeasureConfig {
  int64_t every = 0;  ///< steps; 0: at the start and the end only
  int64_t samples = 0;
  static void describe(Schema<MeasureConfig>& s);
};

/// The section `keep`.
struct KeepConfig {
  std::string weights;
  int64_t samples = 0;
  static void describe(Schema<KeepConfig>& s);
};

struct TrialConfig {
  std::string id;          ///< first 16 hex digits of SHA-256(canonical)
  std::string canonical;   ///< one line of YAML: every part that can change its training
  std::string structural;  ///< trials with equal texts train together as lanes
  std::string resolved;    ///< one line of YAML with everything, readable by parse_trial
  uint64_t seed = 0;
  TrainConfig train;
  MeasureConfig measure;
  KeepConfig keep;
  PartPtr objective, data, prior, generator, head, critic, encoder, divergence;  ///< null: not used
  PartPtr generator_optimizer, critic_optimizer, generator_schedule, critic_schedule, dynamics, average;
  PartPtr temperature_schedule;  ///< null: nothing has a temperature
  std::vector<PartPtr> penalties, constraints, metrics;
};

}  // namespace saddle
