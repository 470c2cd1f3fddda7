#include "game/trainer.hpp"

#include <chrono>

#include "game/device_stream.hpp"
#include "lanes/finite.hpp"
#include "lanes/subnormal.hpp"

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

Trainer::Trainer(std::vector<const TrialConfig*> trials, SharedData data, at::Device device, bool replays,
                 MakeGraph make_graph)
    : trials_(std::move(trials)),
      options_(at::TensorOptions(device).dtype(trials_.at(0)->train.dtype == "float64" ? at::kDouble
                                                                                       : at::kFloat)),
      data_(std::move(data)),
      replays_(replays),
      make_graph_(make_graph ? std::move(make_graph) : graphs_of(device)),
      health_(lanes()) {
  assemble();
  players_.emplace(*assembly_, *streams_, trials_[0]->train);
  prepare_steps();
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

// Graphs are of the tensors as they are now.
void Trainer::prepare_steps() {
  graphs_.reset();
  if (replays_ && make_graph_ && !assembly_->dynamics().needs_second_derivatives())
    graphs_.emplace(make_graph_);
  steps_.emplace(*assembly_, *players_, *streams_, trials_[0]->train, graphs_ ? &*graphs_ : nullptr);
}

Lasting Trainer::lasting() {
  Lasting all;
  players_->lasting(all);
  if (averages_) averages_->lasting(players_->networks(), all);
  health_.lasting(*assembly_, players_->networks(), all);
  return all;
}

void Trainer::resume(const std::vector<Checkpoint>& checkpoints) {
  std::vector<const NamedTensors*> lanes;
  for (const Checkpoint& checkpoint : checkpoints) {
    if (checkpoint.so_far.steps != checkpoints[0].so_far.steps)
      throw CheckpointMismatch("it is not at the step of its neighbours");
    lanes.push_back(&checkpoint.lasting);
  }
  lasting().restore(lanes);
  step_ = checkpoints[0].so_far.steps;
  for (size_t lane = 0; lane < results_.size(); ++lane) {
    results_[lane] = checkpoints[lane].so_far;
    results_[lane].trial = trials_[lane];
  }
}

void Trainer::save_all(const Saving& saving) {
  const Lasting all = lasting();
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    Checkpoint checkpoint{results_[static_cast<size_t>(lane)], all.of(lane)};
    checkpoint.so_far.outcome = Outcome::interrupted;
    checkpoint.so_far.steps = checkpoint.so_far.reason_step = step_;
    saving.save(checkpoint);
  }
}

void Trainer::run(const Progress& progress, const Finished& finished, const Saving& saving) {
  const DeviceStream stream(options_.device());
  const int64_t steps = trials_[0]->train.steps, every = trials_[0]->measure.every;
  auto lap = Clock::now(), shown = lap;
  const auto share_time = [&] {
    for (TrialResult& result : results_)
      result.seconds += seconds_since(lap) / static_cast<double>(results_.size());
    lap = Clock::now();
  };
  if (step_ == 0) {  // not resumed
    draw_samples();
    if (players_->any_fault()) remove_dead(finished);
    if (!trials_.empty()) measure();
  }
  while (step_ < steps && !trials_.empty()) {
    advance(every > 0 ? std::min(steps, (step_ / every + 1) * every) : steps);
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
    const bool goes_on = step_ < steps && !trials_.empty();
    if (goes_on && saving.due && saving.due(step_)) {
      share_time();
      save_all(saving);
    }
    if (seconds_since(shown) > 0.02) {
      shown = Clock::now();
      if (!progress(step_) && goes_on) {
        share_time();
        if (saving.save) save_all(saving);
        return finish_all(true, finished);
      }
    }
  }
  share_time();
  finish_all(false, finished);
}

// Whether lanes may train by themselves. At step 0 a stream's step could not be told from a constant.
bool Trainer::may_use_tapes() const {
  constexpr int64_t worth_it = 10;  // steps: a recording takes as long as about so many
  return replays_ && options_.device().is_cpu() && step_ > 0 && trials_[0]->train.steps - step_ > worth_it &&
         !assembly_->dynamics().needs_second_derivatives();
}

void Trainer::advance(int64_t until) {
  const FlushSubnormals faster;
  if (!lone_lanes_.empty() || may_use_tapes()) return advance_one_by_one(until);
  played_.clear();
  steps_->play(step_);
  if (graphs_) refusal_ = graphs_->refusal();
  ++step_;
  if (averages_) averages_->add(assembly_->average(), players_->networks(), step_);
}

// Many steps of one lane, then of the next. Averages are taken of all lanes at each step.
void Trainer::advance_one_by_one(int64_t until) {
  const bool records = lone_lanes_.empty();
  for (int64_t lane = 0; records && lane < lanes(); ++lane)
    lone_lanes_.push_back(
        std::make_unique<LoneLane>(*trials_[static_cast<size_t>(lane)], options_, data_, *players_, lane));
  constexpr double patience = 0.1;  // seconds until somebody is told of progress, and may stop it
  int64_t count = 1;
  if (!averages_ && seconds_a_step_)
    count = std::clamp<int64_t>(
        static_cast<int64_t>(patience / (*seconds_a_step_ * static_cast<double>(lanes()))), 1, until - step_);
  const auto start = Clock::now();
  played_.assign(trials_.size(), step_);
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    LoneLane& lone = *lone_lanes_[static_cast<size_t>(lane)];
    played_[static_cast<size_t>(lane)] += lone.play(step_, count);
    players_->take_over(lane, lone.players());
    if (refusal_.empty()) refusal_ = lone.refusal();
  }
  if (!records) seconds_a_step_ = seconds_since(start) / static_cast<double>(count * lanes());
  step_ += count;
  if (averages_) averages_->add(assembly_->average(), players_->networks(), step_);
  if (!refusal_.empty()) {
    replays_ = false;
    lone_lanes_.clear();
  }
}

void Trainer::draw_samples() {
  fake_ = measure_->samples(measured_networks(), lanes(), step_);
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
    for (const auto& lone : lone_lanes_) lone->forget_losses(p);
  }
  const auto columns = measure_->columns(measured_networks(), fake_, step_);
  for (size_t lane = 0; lane < results_.size(); ++lane) {
    results_[lane].metrics.clear();
    for (const MeasuredColumn& column : columns) {
      record(column.name, lane, column.values[lane]);
      results_[lane].metrics.emplace_back(column.name, column.values[lane]);
    }
  }
  health_.look(*assembly_, players_->networks(), trials_[0]->train, measure_->real(), fake_, step_);
}

Networks Trainer::measured_networks() const {
  return averages_ ? averages_->of(players_->networks()) : players_->networks();
}

// [lane, n, …], or undefined.
Tensor Trainer::kept_samples(int64_t step) const {
  const int64_t n = trials_.empty() ? 0 : trials_[0]->keep.samples;
  return n > 0 ? measure_->samples(measured_networks(), lanes(), step, n).cpu() : Tensor();
}

void Trainer::finish_all(bool interrupted, const Finished& finished) {
  const Tensor samples = kept_samples(step_);
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    const Health::Finding finding =
        interrupted ? Health::Finding{Outcome::interrupted, {}, step_} : health_.finding(lane);
    finished(finish(lane, finding, samples));
  }
}

TrialResult Trainer::finish(int64_t lane, Health::Finding finding, const Tensor& samples) {
  TrialResult result = std::move(results_[static_cast<size_t>(lane)]);
  result.outcome = finding.outcome;
  result.reason = std::move(finding.reason);
  result.steps = steps_of(lane);
  result.reason_step = finding.outcome == Outcome::done ? result.steps : finding.since;
  if (result.outcome == Outcome::diverged) {
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
  std::map<int64_t, Tensor> samples;  // by the step at which a lane ended
  std::vector<int64_t> alive;
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    const std::string& fault = players_->faults()[static_cast<size_t>(lane)];
    if (fault.empty()) {
      alive.push_back(lane);
      continue;
    }
    const int64_t ended = steps_of(lane);
    if (!samples.contains(ended)) samples.emplace(ended, kept_samples(ended));
    finished(finish(lane, {Outcome::diverged, fault, ended}, samples.at(ended)));
  }
  const auto keep = [&](auto& list) {
    std::decay_t<decltype(list)> kept;
    for (const int64_t lane : alive) kept.push_back(std::move(list[static_cast<size_t>(lane)]));
    list = std::move(kept);
  };
  keep(trials_);
  keep(results_);
  played_.clear();
  lone_lanes_.clear();
  if (alive.empty()) return;
  players_->keep(alive);
  if (fake_.defined()) fake_ = fake_.index_select(0, at::tensor(alive, at::kLong).to(fake_.device()));
  if (averages_) averages_->keep(alive);
  health_.keep(alive);
  assemble();
  players_->reassemble(*assembly_);
  prepare_steps();
}

}  // namespace saddle
