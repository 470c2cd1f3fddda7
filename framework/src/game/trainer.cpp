#include "game/trainer.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>

namespace saddle {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Finite exactly where every number of the lane is: float sums can't overflow in double.
std::vector<bool> finite_lanes(const Tensor& buffer) {
  const Tensor sums = buffer.sum(1, false, at::kDouble).cpu();
  std::vector<bool> finite;
  for (int64_t lane = 0; lane < sums.size(0); ++lane)
    finite.push_back(std::isfinite(sums.const_data_ptr<double>()[lane]));
  return finite;
}

std::string first_bad_parameter(const Network& network, const Tensor& buffer, int64_t lane) {
  for (const Slot& slot : network.slots())
    if (!buffer[lane].narrow(0, slot.offset, numel(slot.shape)).isfinite().all().item<bool>())
      return slot.name;
  return {};
}

}  // namespace

struct Trainer::PlayerState {
  struct Memory {
    Kind network;
    std::vector<Tensor> states;  // each [lane, slice]
  };
  std::vector<Memory> memories;
  int64_t count = 0;  // updates done
  Tensor loss_sum;    // [lane] float64, since the last measurement
  int64_t loss_count = 0;
};

Trainer::Trainer(std::vector<const TrialConfig*> trials, SharedData data, at::Device device)
    : trials_(std::move(trials)),
      options_(at::TensorOptions(device).dtype(trials_.at(0)->train.dtype == "float64" ? at::kDouble
                                                                                       : at::kFloat)),
      data_(std::move(data)) {
  assemble();
  for (const auto& [kind, declared] : assembly_->networks())
    networks_.emplace(kind, Network(std::string(kind_name(kind)), declared, *streams_));
  for (const PlayerSpec& player : assembly_->players()) {
    PlayerState state;
    const size_t buffers = assembly_->optimizer(player).states().size();
    for (const Kind kind : player.networks) {
      const auto found = networks_.find(kind);
      if (found == networks_.end()) continue;  // a head without parameters
      PlayerState::Memory memory{kind, {}};
      for (size_t i = 0; i < buffers; ++i) memory.states.push_back(at::zeros_like(found->second.buffer()));
      state.memories.push_back(std::move(memory));
    }
    state.loss_sum = at::zeros({static_cast<int64_t>(trials_.size())}, options_.dtype(at::kDouble));
    players_.push_back(std::move(state));
  }
  for (const TrialConfig* trial : trials_) {
    results_.emplace_back();
    results_.back().trial = trial;
  }
  dead_.resize(trials_.size());
}

Trainer::~Trainer() = default;

void Trainer::assemble() {
  std::vector<uint64_t> seeds;
  for (const TrialConfig* trial : trials_) seeds.push_back(trial->seed);
  streams_.emplace(std::move(seeds), options_);
  assembly_ = std::make_unique<Assembly>(trials_, options_, data_);
  measure_ = std::make_unique<Measure>(*assembly_, trials_[0]->measure.samples, options_);
}

void Trainer::run(const Progress& progress, const Finished& finished) {
  const int64_t steps = trials_[0]->train.steps, every = trials_[0]->measure.every;
  auto lap = Clock::now(), shown = lap;
  const auto share_time = [&] {
    for (TrialResult& result : results_)
      result.seconds += seconds_since(lap) / static_cast<double>(results_.size());
    lap = Clock::now();
  };
  measure();
  while (step_ < steps && !trials_.empty()) {
    step();
    ++step_;
    const bool due = step_ == steps || (every > 0 && step_ % every == 0);
    if (due) check_parameters();
    const bool any_dead =
        std::any_of(dead_.begin(), dead_.end(), [](const auto& why) { return !why.empty(); });
    if (any_dead) {
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
  const auto moment = [&](const std::string& turn, int64_t draw) {
    return Moment(*assembly_, networks_, *streams_, train.batch, {turn, draw, step_});
  };
  const auto turns_of = [&](size_t p, int64_t count) {
    for (int64_t k = 0; k < count; ++k) {
      Moment m = moment(fmt::format("{}.{}", players[p].name, k), k);
      update(m, p);
    }
  };
  const auto updates = [&](size_t p) {
    return players[p].is_critic ? train.critic_steps : train.generator_steps;
  };
  if (train.turns == "simultaneous") {
    for (size_t p = 0; p < players.size(); ++p) turns_of(p, updates(p) - 1);
    Moment m = moment("generator.0", 0);
    update_both(m);
    return;
  }
  const bool critic_first = train.first != "generator";
  for (const bool critics : {critic_first, !critic_first})
    for (size_t p = 0; p < players.size(); ++p)
      if (players[p].is_critic == critics) turns_of(p, updates(p));
}

void Trainer::update(Moment& moment, size_t player) {
  backward(moment, player);
  apply(player);
}

void Trainer::update_both(Moment& moment) {
  for (size_t p = 0; p < players_.size(); ++p) backward(moment, p);
  for (size_t p = 0; p < players_.size(); ++p) apply(p);
}

void Trainer::backward(Moment& moment, size_t player) {
  const PlayerSpec& spec = assembly_->players()[player];
  moment.train(spec);
  const Tensor loss = assembly_->objective().loss(spec, moment);
  std::vector<Tensor> leaves;
  for (const auto& memory : players_[player].memories) {
    const auto& some = networks_.at(memory.network).leaves();
    leaves.insert(leaves.end(), some.begin(), some.end());
  }
  const auto gradients = torch::autograd::grad({loss}, leaves, {at::ones_like(loss)}, /*retain_graph=*/false,
                                               /*create_graph=*/false, /*allow_unused=*/true);
  const at::NoGradGuard no_grad;
  auto next = gradients.begin();
  for (const auto& memory : players_[player].memories) {
    Network& network = networks_.at(memory.network);
    const auto count = static_cast<std::ptrdiff_t>(network.leaves().size());
    network.collect({next, next + count});
    next += count;
  }
  check(player, loss.detach());
}

void Trainer::check(size_t player, const Tensor& loss) {
  PlayerState& state = players_[player];
  const std::string& name = assembly_->players()[player].name;
  const Tensor losses = loss.to(at::kDouble);
  state.loss_sum += losses;
  ++state.loss_count;
  const Tensor on_cpu = losses.cpu();
  for (int64_t lane = 0; lane < on_cpu.size(0); ++lane)
    if (const double value = on_cpu.const_data_ptr<double>()[lane]; !std::isfinite(value))
      blame(lane, fmt::format("the loss of the {} is {}", name, value));
  for (const auto& memory : state.memories) {
    const Network& network = networks_.at(memory.network);
    blame_where_not_finite(network, network.gradient(), "the gradient of {}/{} is not finite");
  }
}

void Trainer::blame(int64_t lane, std::string why) {
  auto& dead = dead_[static_cast<size_t>(lane)];
  if (dead.empty()) dead = std::move(why);
}

// `sentence` takes the network's role and the parameter.
void Trainer::blame_where_not_finite(const Network& network, const Tensor& buffer, const char* sentence) {
  const auto finite = finite_lanes(buffer);
  for (size_t lane = 0; lane < finite.size(); ++lane)
    if (!finite[lane]) {
      const auto at = static_cast<int64_t>(lane);
      blame(at,
            fmt::format(fmt::runtime(sentence), network.role(), first_bad_parameter(network, buffer, at)));
    }
}

// What no loss shows: parameters that the last update took out of range, and a memory of the optimizer that
// has overflowed, after which its parameters silently stop.
void Trainer::check_parameters() {
  for (const PlayerState& state : players_)
    for (const auto& memory : state.memories) {
      const Network& network = networks_.at(memory.network);
      blame_where_not_finite(network, network.buffer(), "the parameter {}/{} is not finite");
      for (const Tensor& buffer : memory.states)
        blame_where_not_finite(network, buffer, "the optimizer's memory of {}/{} has overflowed");
    }
}

void Trainer::apply(size_t player) {
  const at::NoGradGuard no_grad;
  PlayerState& state = players_[player];
  const PlayerSpec& spec = assembly_->players()[player];
  for (auto& memory : state.memories) {
    Network& network = networks_.at(memory.network);
    // A dead lane keeps the parameters that it died with.
    std::vector<std::pair<int64_t, Tensor>> rescued;
    for (size_t lane = 0; lane < dead_.size(); ++lane)
      if (!dead_[lane].empty())
        rescued.emplace_back(static_cast<int64_t>(lane),
                             network.buffer()[static_cast<int64_t>(lane)].clone());
    assembly_->optimizer(spec).update({network.buffer(), network.gradient(), memory.states, state.count});
    for (const auto& [lane, row] : rescued) network.buffer()[lane].copy_(row);
    if (memory.network == Kind::critic)
      for (const Constraint* constraint : assembly_->constraints())
        for (size_t i = 0; i < network.views().size(); ++i) {
          Tensor view = network.views()[i];
          constraint->project(network.slots()[i], view);
        }
  }
  ++state.count;
}

void Trainer::measure() {
  const auto record = [&](const std::string& name, size_t lane, double value) {
    Curve& curve = results_[lane].series[name];
    curve.steps.push_back(step_);
    curve.values.push_back(value);
  };
  for (size_t p = 0; p < players_.size(); ++p) {
    PlayerState& state = players_[p];
    if (state.loss_count == 0) continue;
    const Tensor means = (state.loss_sum / static_cast<double>(state.loss_count)).cpu();
    for (size_t lane = 0; lane < results_.size(); ++lane)
      record("loss." + assembly_->players()[p].name, lane, means.const_data_ptr<double>()[lane]);
    state.loss_sum.zero_();
    state.loss_count = 0;
  }
  const auto columns = measure_->columns(networks_, static_cast<int64_t>(results_.size()));
  for (size_t lane = 0; lane < results_.size(); ++lane) {
    results_[lane].metrics.clear();
    for (const MeasuredColumn& column : columns) {
      record(column.name, lane, column.values[lane]);
      results_[lane].metrics.emplace_back(column.name, column.values[lane]);
    }
  }
}

// [lane, n, …], or undefined.
Tensor Trainer::kept_samples() const {
  const int64_t n = trials_.empty() ? 0 : trials_[0]->keep.samples;
  return n > 0 ? measure_->samples(networks_, static_cast<int64_t>(results_.size()), n).cpu() : Tensor();
}

void Trainer::finish_all(Outcome outcome, const Finished& finished) {
  const Tensor samples = kept_samples();
  for (int64_t lane = 0; lane < static_cast<int64_t>(trials_.size()); ++lane)
    finished(finish(lane, outcome, samples));
}

TrialResult Trainer::finish(int64_t lane, Outcome outcome, const Tensor& samples) {
  TrialResult result = std::move(results_[static_cast<size_t>(lane)]);
  result.outcome = outcome;
  result.steps = step_;
  if (outcome == Outcome::diverged) {
    result.reason = dead_[static_cast<size_t>(lane)];
    // What it measured before says nothing about where it ended.
    for (auto& [name, value] : result.metrics) value = std::numeric_limits<double>::quiet_NaN();
  }
  const KeepConfig& keep = result.trial->keep;
  if (keep.weights != "none")
    for (const auto& [kind, network] : networks_)
      for (size_t i = 0; i < network.slots().size(); ++i)
        result.weights.emplace_back(network.role() + "/" + network.slots()[i].name,
                                    network.parameter(i, lane));
  if (keep.weights != "none")
    for (const auto& [kind, network] : networks_)
      for (size_t i = 0; i < network.state_slots().size(); ++i)
        result.weights.emplace_back(network.state_path(i), network.state(i, lane));
  if (samples.defined()) result.samples = samples[lane].clone();
  return result;
}

void Trainer::remove_dead(const Finished& finished) {
  const Tensor samples = kept_samples();
  std::vector<int64_t> alive;
  for (int64_t lane = 0; lane < static_cast<int64_t>(dead_.size()); ++lane) {
    if (dead_[static_cast<size_t>(lane)].empty())
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
  keep(dead_);
  if (alive.empty()) return;
  const Tensor index = at::tensor(alive, at::kLong).to(options_.device());
  for (auto& [kind, network] : networks_) network.keep(alive);
  for (PlayerState& state : players_) {
    state.loss_sum = state.loss_sum.index_select(0, index);
    for (auto& memory : state.memories)
      for (Tensor& buffer : memory.states) buffer = buffer.index_select(0, index);
  }
  assemble();
}

}  // namespace saddle
