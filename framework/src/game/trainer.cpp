#include "game/trainer.hpp"

#include <chrono>

#include "game/live_turn.hpp"

namespace saddle {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Parameters and state of one lane, by "role/parameter".
std::vector<std::pair<std::string, Tensor>> weights_of(const Networks& networks, int64_t lane) {
  std::vector<std::pair<std::string, Tensor>> weights;
  for (const auto& [kind, network] : networks)
    for (size_t i = 0; i < network.slots().size(); ++i)
      weights.emplace_back(network.role() + "/" + network.slots()[i].name, network.parameter(i, lane));
  for (const auto& [kind, network] : networks)
    for (size_t i = 0; i < network.state_slots().size(); ++i)
      weights.emplace_back(network.state_path(i), network.state(i, lane));
  return weights;
}

}  // namespace

Trainer::Trainer(std::vector<const TrialConfig*> trials, SharedData data, at::Device device)
    : trials_(std::move(trials)),
      options_(at::TensorOptions(device).dtype(trials_.at(0)->train.dtype == "float64" ? at::kDouble
                                                                                       : at::kFloat)),
      data_(std::move(data)) {
  assemble();
  players_.emplace(*assembly_, *streams_, trials_[0]->train);
  if (assembly_->average().keeps()) averages_.emplace();
  for (const TrialConfig* trial : trials_) {
    results_.emplace_back();
    results_.back().trial = trial;
  }
}

Trainer::~Trainer() = default;

void Trainer::assemble() {
  std::vector<uint64_t> seeds;
  for (const TrialConfig* trial : trials_) seeds.push_back(trial->seed);
  streams_.emplace(std::move(seeds), options_);
  assembly_ = std::make_unique<Assembly>(trials_, options_, data_);
  measure_ = std::make_unique<Measure>(*assembly_, *trials_[0], options_);
}

void Trainer::run(const Progress& progress, const Finished& finished) {
  const int64_t steps = trials_[0]->train.steps, every = trials_[0]->measure.every;
  auto lap = Clock::now(), shown = lap;
  const auto share_time = [&] {
    for (TrialResult& result : results_)
      result.seconds += seconds_since(lap) / static_cast<double>(results_.size());
    lap = Clock::now();
  };
  draw_samples();
  if (players_->any_fault()) remove_dead(finished);
  if (!trials_.empty()) measure();
  while (step_ < steps && !trials_.empty()) {
    step();
    ++step_;
    const bool due = step_ == steps || (every > 0 && step_ % every == 0);
    if (due) {
      players_->check_parameters();
      draw_samples();
    }
    if (players_->any_fault()) {
      share_time();
      remove_dead(finished);
    }
    if (!trials_.empty() && due) measure();
    if (seconds_since(shown) > 0.02) {
      shown = Clock::now();
      if (!progress(step_) && step_ < steps) {
        share_time();
        return finish_all(Outcome::interrupted, finished);
      }
    }
  }
  share_time();
  finish_all(Outcome::done, finished);
}

// Alternating: every player in turn against the others as they then are. Simultaneous: the critic's extra
// updates first, then both players from one point and one batch.
void Trainer::step() {
  const TrainConfig& train = trials_[0]->train;
  const auto& players = assembly_->players();
  rate_factors_.assign(players.size(), {});
  for (size_t p = 0; p < players.size(); ++p)
    for (int64_t lane = 0; lane < lanes(); ++lane)
      rate_factors_[p].push_back(assembly_->schedule(players[p]).at(step_, train.steps, lane));
  const auto turns_of = [&](size_t p, int64_t count) {
    for (int64_t k = 0; k < count; ++k) turn({p}, fmt::format("{}.{}", players[p].name, k), k);
  };
  const auto updates = [&](size_t p) {
    return players[p].is_critic ? train.critic_steps : train.generator_steps;
  };
  if (train.turns == "simultaneous") {
    std::vector<size_t> all;
    for (size_t p = 0; p < players.size(); ++p) {
      turns_of(p, updates(p) - 1);
      all.push_back(p);
    }
    turn(std::move(all), "generator.0", 0);
  } else {
    const bool critic_first = train.first != "generator";
    for (const bool critics : {critic_first, !critic_first})
      for (size_t p = 0; p < players.size(); ++p)
        if (players[p].is_critic == critics) turns_of(p, updates(p));
  }
  if (averages_) averages_->add(assembly_->average(), players_->networks(), step_ + 1);
}

void Trainer::turn(std::vector<size_t> movers, const std::string& name, int64_t draw) {
  Moment moment(*assembly_, players_->networks(), *streams_, trials_[0]->train, {name, draw, step_, step_});
  LiveTurn turn(*assembly_, *players_, moment, std::move(movers), rate_factors_);
  assembly_->dynamics().play(turn);
  players_->end_turn(turn.movers());
}

void Trainer::draw_samples() {
  fake_ = measure_->samples(measured_networks(), lanes());
  const auto finite = finite_lanes(fake_.flatten(1));
  for (size_t lane = 0; lane < finite.size(); ++lane)
    if (!finite[lane]) players_->blame(static_cast<int64_t>(lane), "the generator's samples are not finite");
}

void Trainer::measure() {
  const auto record = [&](const std::string& name, size_t lane, double value) {
    Curve& curve = results_[lane].series[name];
    curve.steps.push_back(step_);
    curve.values.push_back(value);
  };
  for (size_t p = 0; p < players_->count(); ++p) {
    const Tensor means = players_->take_mean_loss(p);
    for (size_t lane = 0; means.defined() && lane < results_.size(); ++lane)
      record("loss." + assembly_->players()[p].name, lane, means.const_data_ptr<double>()[lane]);
  }
  const auto columns = measure_->columns(measured_networks(), fake_, step_);
  for (size_t lane = 0; lane < results_.size(); ++lane) {
    results_[lane].metrics.clear();
    for (const MeasuredColumn& column : columns) {
      record(column.name, lane, column.values[lane]);
      results_[lane].metrics.emplace_back(column.name, column.values[lane]);
    }
  }
}

Networks Trainer::measured_networks() const {
  return averages_ ? averages_->of(players_->networks()) : players_->networks();
}

// [lane, n, …], or undefined.
Tensor Trainer::kept_samples() const {
  const int64_t n = trials_.empty() ? 0 : trials_[0]->keep.samples;
  return n > 0 ? measure_->samples(measured_networks(), lanes(), n).cpu() : Tensor();
}

void Trainer::finish_all(Outcome outcome, const Finished& finished) {
  const Tensor samples = kept_samples();
  for (int64_t lane = 0; lane < lanes(); ++lane) finished(finish(lane, outcome, samples));
}

TrialResult Trainer::finish(int64_t lane, Outcome outcome, const Tensor& samples) {
  TrialResult result = std::move(results_[static_cast<size_t>(lane)]);
  result.outcome = outcome;
  result.steps = step_;
  if (outcome == Outcome::diverged) {
    result.reason = players_->faults()[static_cast<size_t>(lane)];
    // What it measured before says nothing about where it ended.
    for (auto& [name, value] : result.metrics) value = std::numeric_limits<double>::quiet_NaN();
  }
  if (result.trial->keep.weights != "none") {
    result.weights = weights_of(players_->networks(), lane);
    if (averages_) result.averaged_weights = weights_of(measured_networks(), lane);
  }
  if (samples.defined()) result.samples = samples[lane].clone();
  return result;
}

void Trainer::remove_dead(const Finished& finished) {
  const Tensor samples = kept_samples();
  std::vector<int64_t> alive;
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    if (players_->faults()[static_cast<size_t>(lane)].empty())
      alive.push_back(lane);
    else
      finished(finish(lane, Outcome::diverged, samples));
  }
  const auto keep = [&](auto& list) {
    std::decay_t<decltype(list)> kept;
    for (const int64_t lane : alive) kept.push_back(std::move(list[static_cast<size_t>(lane)]));
    list = std::move(kept);
  };
  keep(trials_);
  keep(results_);
  if (alive.empty()) return;
  players_->keep(alive);
  fake_ = fake_.index_select(0, at::tensor(alive, at::kLong).to(fake_.device()));
  if (averages_) averages_->keep(alive);
  assemble();
  players_->reassemble(*assembly_);
}

}  // namespace saddle
