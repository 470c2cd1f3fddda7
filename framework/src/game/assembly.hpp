// The parts of a group of trials that train together, made from their configurations: plugin objects with
// their parameters, one value a lane where they are per lane, and what each network declares.
#pragma once
#include <saddle/average.hpp>
#include <saddle/constraint.hpp>
#include <saddle/dynamics.hpp>
#include <saddle/metric.hpp>
#include <saddle/objective.hpp>
#include <saddle/optimizer.hpp>
#include <saddle/schedule.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "config/trial.hpp"

namespace saddle {

/// Data that is loaded once and used by whoever needs it.
using SharedData = std::shared_ptr<const PluginObject>;

/// Makes and loads the data of a trial.
SharedData load_data(const PartConfig& part, const AssignContext& context);

class Assembly {
 public:
  /// The trials' structural texts must be equal. Throws ParamError or PluginError's kin if a part refuses.
  Assembly(std::span<const TrialConfig* const> trials, const at::TensorOptions& options, SharedData data);

  const Parts& parts() const { return parts_; }
  const Objective& objective() const { return objective_->as<Objective>(); }
  const Optimizer& optimizer(const PlayerSpec& player) const;
  const Schedule& schedule(const PlayerSpec& player) const;
  const Dynamics& dynamics() const { return dynamics_->as<Dynamics>(); }
  const Average& average() const { return average_->as<Average>(); }
  /// What temperatures are multiplied with after so many steps, by lane; empty where nothing has one.
  std::vector<double> temperature_factors(int64_t step) const;
  const std::vector<Constraint*>& constraints() const { return constraints_; }
  const std::vector<PlayerSpec>& players() const { return players_; }
  /// What the generator, critic and encoder declare; the kinds that are used.
  const std::vector<std::pair<Kind, Declare>>& networks() const { return networks_; }
  const std::vector<std::pair<std::string, const Metric*>>& metrics() const { return metrics_; }
  const SharedData& data() const { return data_; }

 private:
  template <class T>
  T* make(PartPtr TrialConfig::*part, std::optional<PluginObject>& object);
  template <class T>
  std::vector<T*> make_all(std::vector<PartPtr> TrialConfig::*parts, std::vector<PluginObject>& objects);
  void declare_networks();

  std::vector<const TrialConfig*> trials_;
  AssignContext context_;
  SharedData data_;
  std::optional<PluginObject> objective_, prior_, generator_, head_, critic_, encoder_, divergence_;
  std::optional<PluginObject> generator_optimizer_, critic_optimizer_;
  std::optional<PluginObject> generator_schedule_, critic_schedule_, dynamics_, average_,
      temperature_schedule_;
  std::vector<PluginObject> penalty_objects_, constraint_objects_, metric_objects_;
  Parts parts_;
  std::vector<Constraint*> constraints_;
  std::vector<PlayerSpec> players_;
  std::vector<std::pair<Kind, Declare>> networks_;
  std::vector<std::pair<std::string, const Metric*>> metrics_;
};

}  // namespace saddle
