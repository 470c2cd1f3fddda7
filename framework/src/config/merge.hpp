// Points of a grid that are one trial: what does not change training does not make another trial, and yet
// nothing of what was asked for is lost.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/plan.hpp"
#include "config/trial_builder.hpp"

namespace saddle {

class Merge {
 public:
  Merge(TrialBuilder& builder, Mistakes& mistakes, Place base_place)
      : builder_(builder), mistakes_(mistakes), base_place_(std::move(base_place)) {}

  /// The first point of the trial that stands at the end of the plan.
  void first(const Settings& settings) { settings_.push_back(settings); }
  /// Another point of the trial that stands at `index`. The trial then has the metrics of both. On an axis of
  /// cases it has the names of both; on another axis where they differ it has no value: none is truer than
  /// the other.
  void again(size_t index, PlannedTrial& trial, const TrialConfig& same, const GridPoint& point);
  /// "2 trials stand for 6 points that differ in critic.widths".
  std::vector<std::string> notes() const;

 private:
  struct Points {
    int64_t count = 1;
    std::map<std::string, std::vector<std::string>> different;  ///< axis: its values
    bool united = false;                                        ///< whether metrics came together
  };
  void take_axes(Points& points, PlannedTrial& trial, const GridPoint& point) const;
  void check_sections(size_t index, const PlannedTrial& trial, const TrialConfig& same,
                      const Settings& settings);
  ValuePtr united(const TrialConfig& a, const ValuePtr& metrics_a, const TrialConfig& b,
                  const ValuePtr& metrics_b);

  TrialBuilder& builder_;
  Mistakes& mistakes_;
  Place base_place_;
  std::vector<Settings> settings_;  // of the trials, in the plan's order
  std::map<size_t, Points> points_;
  std::map<std::pair<ValuePtr, ValuePtr>, ValuePtr> united_;
};

}  // namespace saddle
