// Schedules: how a player's learning rate changes during training.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/schema.hpp>

namespace saddle {

class SADDLE_API Schedule : public Plugin {
 public:
  static constexpr Kind kind = Kind::schedule;
  using KindClass = Schedule;
  ~Schedule() override;
  /// What the rate is multiplied with. `progress`: the share of the training after the warm-up that is done,
  /// from 0 to 1.
  virtual double factor(double progress, int64_t lane) const = 0;
  /// Whether that is 1 throughout.
  virtual bool is_one() const { return false; }

  /// With the warm-up: `step` of `steps`.
  double at(int64_t step, int64_t steps, int64_t lane) const;

  int64_t warmup = 0;
};

/// Adds the parameter that every schedule has. Called for each class derived from Schedule.
template <class T>
void describe_schedule(Schema<T>& s) {
  s.param("warmup", &T::warmup, {.initial = 0, .range = at_least(0)},
          "Steps over which the rate first grows linearly: the n-th step has n/warmup of it.");
}

}  // namespace saddle
