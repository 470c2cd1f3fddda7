#include "game/assembly.hpp"

#include <saddle/packing.hpp>

#include "config/instantiate.hpp"

namespace saddle {

SharedData load_data(const PartConfig& part, const AssignContext& context) {
  auto object = std::make_shared<PluginObject>(instantiate({&part}, context));
  auto& loaded = object->as<Data>();
  check_files(part, loaded.files());
  loaded.load();
  return object;
}

template <class T>
T* Assembly::make(PartPtr TrialConfig::*part, std::optional<PluginObject>& object) {
  if (!(trials_[0]->*part)) return nullptr;
  std::vector<const PartConfig*> lanes;
  for (const TrialConfig* trial : trials_) lanes.push_back((trial->*part).get());
  object.emplace(instantiate(lanes, context_));
  return &object->as<T>();
}

template <class T>
std::vector<T*> Assembly::make_all(std::vector<PartPtr> TrialConfig::*parts,
                                   std::vector<PluginObject>& objects) {
  std::vector<T*> all;
  const size_t count = (trials_[0]->*parts).size();
  objects.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    std::vector<const PartConfig*> lanes;
    for (const TrialConfig* trial : trials_) lanes.push_back((trial->*parts)[i].get());
    objects.push_back(instantiate(lanes, context_));
    all.push_back(&objects.back().as<T>());
  }
  return all;
}

Assembly::Assembly(std::span<const TrialConfig* const> trials, const at::TensorOptions& options,
                   SharedData data)
    : trials_(trials.begin(), trials.end()), context_{options}, data_(std::move(data)) {
  parts_.packing = trials_[0]->train.packing;
  parts_.data = data_ ? &data_->as<Data>() : nullptr;
  make<Objective>(&TrialConfig::objective, objective_);
  parts_.prior = make<Prior>(&TrialConfig::prior, prior_);
  parts_.head = make<Head>(&TrialConfig::head, head_);
  make<Generator>(&TrialConfig::generator, generator_);
  make<Critic>(&TrialConfig::critic, critic_);
  make<Encoder>(&TrialConfig::encoder, encoder_);
  parts_.divergence = make<Divergence>(&TrialConfig::divergence, divergence_);
  make<Optimizer>(&TrialConfig::generator_optimizer, generator_optimizer_);
  make<Optimizer>(&TrialConfig::critic_optimizer, critic_optimizer_);
  make<Schedule>(&TrialConfig::generator_schedule, generator_schedule_);
  make<Schedule>(&TrialConfig::critic_schedule, critic_schedule_);
  make<Dynamics>(&TrialConfig::dynamics, dynamics_);
  make<Average>(&TrialConfig::average, average_);
  make<Schedule>(&TrialConfig::temperature_schedule, temperature_schedule_);
  for (Penalty* penalty : make_all<Penalty>(&TrialConfig::penalties, penalty_objects_))
    parts_.penalties.push_back(penalty);
  for (Constraint* constraint : make_all<Constraint>(&TrialConfig::constraints, constraint_objects_))
    constraints_.push_back(constraint), parts_.constraints.push_back(constraint);
  const auto metrics = make_all<Metric>(&TrialConfig::metrics, metric_objects_);
  for (size_t i = 0; i < metrics.size(); ++i) metrics_.emplace_back(trials_[0]->metrics[i]->as, metrics[i]);
  declare_networks();
  players_ = objective().players(parts_);
}

void Assembly::declare_networks() {
  const Shape sample = parts_.data ? parts_.data->shape() : Shape{};
  const Shape latent = parts_.prior ? parts_.prior->shape() : Shape{};
  if (head_ && data_) {
    Random random = Streams({0}, context_.options).at("observe", 0);
    head_->as<Head>().observe(*parts_.data, random);
  }
  if (generator_) {
    auto& generator = generator_->as<Generator>();
    Declare d;
    generator.declare(d, latent, parts_.head ? parts_.head->raw_shape(sample) : sample);
    networks_.emplace_back(Kind::generator, std::move(d));
    parts_.generator = &generator;
  }
  if (head_) {
    Declare d;
    head_->as<Head>().declare(d, sample);
    if (!d.params().empty() || !d.states().empty()) networks_.emplace_back(Kind::head, std::move(d));
  }
  if (critic_) {
    auto& critic = critic_->as<Critic>();
    Declare d;
    critic.declare(d, packed_shape(sample, parts_.packing));
    for (PluginObject& penalty : penalty_objects_) penalty.as<Penalty>().declare(d);
    for (Constraint* constraint : constraints_)
      for (const Slot& slot : std::vector<Slot>(d.params())) constraint->declare(d, slot);
    networks_.emplace_back(Kind::critic, std::move(d));
    parts_.critic = &critic;
  }
  if (encoder_) {
    auto& encoder = encoder_->as<Encoder>();
    Declare d;
    encoder.declare(d, sample, objective().encoder_outputs(latent));
    networks_.emplace_back(Kind::encoder, std::move(d));
    parts_.encoder = &encoder;
  }
}

const Schedule& Assembly::schedule(const PlayerSpec& player) const {
  return (player.is_critic ? critic_schedule_ : generator_schedule_)->as<Schedule>();
}

std::vector<double> Assembly::temperature_factors(int64_t step) const {
  std::vector<double> factors;
  if (!temperature_schedule_ || temperature_schedule_->as<Schedule>().is_one()) return factors;
  const int64_t steps = trials_[0]->train.steps, at = std::max<int64_t>(std::min(step, steps - 1), 0);
  for (int64_t lane = 0; lane < static_cast<int64_t>(trials_.size()); ++lane)
    factors.push_back(temperature_schedule_->as<Schedule>().at(at, steps, lane));
  return factors;
}

const Optimizer& Assembly::optimizer(const PlayerSpec& player) const {
  return (player.is_critic ? critic_optimizer_ : generator_optimizer_)->as<Optimizer>();
}

}  // namespace saddle
