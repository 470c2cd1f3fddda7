#include "game/players.hpp"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "lanes/finite.hpp"

namespace saddle {
namespace {

constexpr auto gradient_not_finite = "the gradient of {}/{} is not finite";

std::string first_bad_parameter(const Network& network, const Tensor& buffer, int64_t lane) {
  for (const Slot& slot : network.slots())
    if (!buffer[lane].narrow(0, slot.offset, numel(slot.shape)).isfinite().all().item<bool>())
      return slot.name;
  return {};
}

}  // namespace

Networks make_networks(const Assembly& assembly, const Streams& streams) {
  Networks networks;
  for (const auto& [kind, declared] : assembly.networks())
    networks.emplace(kind, Network(std::string(kind_name(kind)), declared, streams));
  return networks;
}

std::vector<Kind> networks_of(const PlayerSpec& player, const Networks& networks) {
  std::vector<Kind> kinds;
  for (const Kind kind : player.networks)
    if (networks.contains(kind)) kinds.push_back(kind);  // a head may have no parameters
  return kinds;
}

Field leaves_of(const PlayerSpec& player, const Networks& networks) {
  Field leaves;
  for (const Kind kind : networks_of(player, networks)) {
    const auto& some = networks.at(kind).leaves();
    leaves.insert(leaves.end(), some.begin(), some.end());
  }
  return leaves;
}

// A lane that is no longer sound keeps the parameters that it had.
class Players::Sound {
 public:
  Sound(const Network& network, const std::vector<std::string>& faults) : network_(network) {
    for (size_t lane = 0; lane < faults.size(); ++lane)
      if (!faults[lane].empty()) {
        const auto at = static_cast<int64_t>(lane);
        rows_.emplace_back(at, network.buffer()[at].clone());
      }
  }
  ~Sound() {
    for (const auto& [lane, row] : rows_) network_.buffer()[lane].copy_(row);
  }
  Sound(const Sound&) = delete;
  Sound& operator=(const Sound&) = delete;

 private:
  const Network& network_;
  std::vector<std::pair<int64_t, Tensor>> rows_;
};

Players::Players(const Assembly& assembly, const Streams& streams, const TrainConfig& train)
    : assembly_(&assembly), networks_(make_networks(assembly, streams)) {
  const auto lanes = static_cast<int64_t>(streams.seeds().size());
  const size_t of_dynamics = assembly.dynamics().states().size();
  for (const PlayerSpec& player : assembly.players()) {
    State state;
    const size_t of_optimizer = assembly.optimizer(player).states().size();
    for (const Kind kind : networks_of(player, networks_)) {
      NetworkMemory memory{kind, {}, {}, {}};
      const Tensor& buffer = networks_.at(kind).buffer();
      for (size_t i = 0; i < of_optimizer; ++i) memory.optimizer.push_back(at::zeros_like(buffer));
      for (size_t i = 0; i < of_dynamics; ++i) memory.dynamics.push_back(at::zeros_like(buffer));
      state.memories.push_back(std::move(memory));
    }
    state.loss_sum = at::zeros({lanes}, at::kDouble);
    state.clip_norm = player.is_critic ? train.critic_clip_norm : train.generator_clip_norm;
    states_.push_back(std::move(state));
  }
  faults_.resize(static_cast<size_t>(lanes));
  refresh_leaves();
}

Players::Players(const Players& group, int64_t lane, const Assembly& of_lane) : assembly_(&of_lane) {
  for (const auto& [kind, network] : group.networks_) networks_.emplace(kind, network.lane(lane));
  for (const State& all : group.states_) {
    State state;
    for (const NetworkMemory& memory : all.memories) {
      NetworkMemory one{memory.network, {}, {}, {}};
      for (const Tensor& buffer : memory.optimizer) one.optimizer.push_back(buffer.narrow(0, lane, 1));
      for (const Tensor& buffer : memory.dynamics) one.dynamics.push_back(buffer.narrow(0, lane, 1));
      state.memories.push_back(std::move(one));
    }
    state.updates = all.updates;
    state.turns = all.turns;
    state.loss_sum = all.loss_sum.narrow(0, lane, 1).clone();
    state.loss_count = all.loss_count;
    state.clip_norm = all.clip_norm;
    states_.push_back(std::move(state));
  }
  faults_.resize(1);
  refresh_leaves();
}

void Players::take_over(int64_t lane, const Players& one) {
  if (!one.faults_[0].empty()) return blame(lane, one.faults_[0]);  // it has ended before its neighbours
  for (size_t p = 0; p < states_.size(); ++p) {
    states_[p].updates = one.states_[p].updates;
    states_[p].turns = one.states_[p].turns;
    states_[p].loss_sum[lane].copy_(one.states_[p].loss_sum[0]);
    states_[p].loss_count = one.states_[p].loss_count;
  }
}

const Field& Players::planned_gradient(size_t player) {
  State& state = states_[player];
  if (!state.planned.empty()) return state.planned;
  for (NetworkMemory& memory : state.memories) {
    const Network& of = network(memory);
    memory.planned = Update{of.buffer(), at::zeros_like(of.buffer()), memory.optimizer};
    for (Tensor& view : of.views_into(memory.planned->gradient)) state.planned.push_back(std::move(view));
  }
  return state.planned;
}

size_t Players::planned_uses(const State& state) {
  size_t uses = 0;
  for (const NetworkMemory& memory : state.memories) uses += memory.planned->gradient.storage().use_count();
  return uses;
}

// Rises with every change that is not a replay's.
int64_t Players::planned_version(const State& state) {
  int64_t version = 0;
  for (const NetworkMemory& memory : state.memories) version += memory.planned->gradient._version();
  return version;
}

void Players::lend_planned_gradient(size_t player, bool finite) {
  State& state = states_[player];
  state.planned_uses = planned_uses(state);
  state.finite_version.reset();
  if (finite) state.finite_version = planned_version(state);
}

void Players::plan_gradient(size_t player, const Field& gradient, const Tensor& sum) {
  auto next = gradient.begin();
  bool first = true;
  for (NetworkMemory& memory : states_[player].memories) {
    const auto count = static_cast<std::ptrdiff_t>(network(memory).leaves().size());
    Tensor& into = memory.planned->gradient;
    network(memory).gather({next, next + count}, into);
    next += count;
    Tensor total = sum;
    if (std::exchange(first, false))
      at::sum_out(total, into, 1);
    else
      total.add_(into.sum(1));
  }
}

// Neither the tensors themselves are held, nor others made of them.
bool Players::planned_gradient_is_free(size_t player) const {
  const State& state = states_[player];
  return (state.planned_uses == 0 || planned_uses(state) == state.planned_uses) &&
         std::all_of(state.planned.begin(), state.planned.end(),
                     [](const Tensor& x) { return x.use_count() == 1; });
}

void Players::refresh_leaves() {
  for (size_t p = 0; p < states_.size(); ++p) states_[p].leaves = leaves_of(spec(p), networks_);
}

void Players::move(size_t player, const Field& direction, const std::vector<double>& rate_factors) {
  const at::NoGradGuard no_grad;
  State& state = states_[player];
  // What is clipped is a copy: the direction is the caller's.
  const bool planned =
      !state.planned.empty() && state.clip_norm <= 0 &&
      std::equal(direction.begin(), direction.end(), state.planned.begin(), state.planned.end(),
                 [](const Tensor& a, const Tensor& b) { return a.is_same(b); });
  if (planned)
    move_as_planned(player, rate_factors);
  else
    move_along(player, direction, rate_factors);
  ++state.updates;
}

void Players::move_as_planned(size_t player, const std::vector<double>& rate_factors) {
  State& state = states_[player];
  if (state.finite_version != planned_version(state))
    for (const auto& memory : state.memories)
      blame_where_not_finite(network(memory), memory.planned->gradient, gradient_not_finite);
  const size_t uses = planned_uses(state);
  for (auto& memory : state.memories) {
    memory.planned->count = state.updates;
    memory.planned->rate_factors = rate_factors;
    update(player, memory, *memory.planned);
  }
  state.planned_uses += planned_uses(state) - uses;  // by what the optimizer keeps
}

void Players::move_along(size_t player, const Field& direction, const std::vector<double>& rate_factors) {
  const State& state = states_[player];
  std::vector<Tensor> gradients;  // by network
  auto next = direction.begin();
  for (const auto& memory : state.memories) {
    Network& moved = network(memory);
    const auto count = static_cast<std::ptrdiff_t>(moved.leaves().size());
    moved.collect({next, next + count});
    next += count;
    gradients.push_back(moved.gradient());
    blame_where_not_finite(moved, gradients.back(), gradient_not_finite);
  }
  if (state.clip_norm > 0) clip(state.clip_norm, gradients);
  for (size_t i = 0; i < state.memories.size(); ++i) {
    const auto& memory = state.memories[i];
    update(player, memory,
           {network(memory).buffer(), gradients[i], memory.optimizer, state.updates, rate_factors});
  }
}

void Players::update(size_t player, const NetworkMemory& memory, const Update& update) {
  const Sound sound(network(memory), faults_);
  assembly_->optimizer(spec(player)).update(update);
  project(memory);
}

// One norm over all networks of the player, lane by lane.
void Players::clip(double norm, const std::vector<Tensor>& gradients) {
  Tensor squares;
  for (const Tensor& gradient : gradients) {
    const Tensor some = lane_sum(gradient.to(at::kDouble).square());
    squares = squares.defined() ? squares + some : some;
  }
  const Tensor factor = (norm / squares.sqrt()).clamp_max(1);
  for (const Tensor& gradient : gradients) gradient.mul_(factor.unsqueeze(1).to(gradient.scalar_type()));
}

void Players::project(const NetworkMemory& memory) {
  if (memory.network != Kind::critic) return;
  const Network& critic = network(memory);
  for (const Constraint* constraint : assembly_->constraints())
    for (size_t i = 0; i < critic.views().size(); ++i) {
      Tensor view = critic.views()[i];
      constraint->project(critic.slots()[i], view);
    }
}

void Players::shift(size_t player, const Field& change) {
  const at::NoGradGuard no_grad;
  auto next = change.begin();
  for (const auto& memory : states_[player].memories) {
    const Network& moved = network(memory);
    const Sound sound(moved, faults_);
    for (const Tensor& view : moved.views()) view.add_(*next++);
    project(memory);
  }
}

void Players::put(size_t player, const Field& params) {
  const at::NoGradGuard no_grad;
  auto next = params.begin();
  for (const auto& memory : states_[player].memories)
    for (const Tensor& view : network(memory).views()) view.copy_(*next++);
}

namespace {

// By state, then by parameter of all networks in turn.
template <class Memories, class Networks>
std::vector<Field> fields_of(const Memories& memories, const Networks& networks, auto member) {
  std::vector<Field> fields;
  for (const auto& memory : memories) {
    const auto& buffers = memory.*member;
    fields.resize(buffers.size());
    for (size_t i = 0; i < buffers.size(); ++i)
      for (Tensor& view : networks.at(memory.network).views_into(buffers[i]))
        fields[i].push_back(std::move(view));
  }
  return fields;
}

}  // namespace

std::vector<Field> Players::memory(size_t player) const {
  return fields_of(states_[player].memories, networks_, &NetworkMemory::optimizer);
}
std::vector<Field> Players::dynamics_states(size_t player) const {
  return fields_of(states_[player].memories, networks_, &NetworkMemory::dynamics);
}

void Players::note_loss(size_t player, const Tensor& loss) {
  const Tensor losses = loss.detach().to(at::kCPU, at::kDouble).contiguous();
  note_loss(player, std::span(losses.const_data_ptr<double>(), static_cast<size_t>(losses.numel())));
}

void Players::note_loss(size_t player, std::span<const double> loss) {
  State& state = states_[player];
  ++state.loss_count;
  auto* sums = state.loss_sum.mutable_data_ptr<double>();
  for (size_t lane = 0; lane < loss.size(); ++lane) {
    sums[lane] += loss[lane];
    if (!std::isfinite(loss[lane]))
      blame(static_cast<int64_t>(lane),
            fmt::format("the loss of the {} is {}", spec(player).name, loss[lane]));
  }
}

Tensor Players::take_mean_loss(size_t player) {
  State& state = states_[player];
  if (state.loss_count == 0) return {};
  const Tensor mean = state.loss_sum / static_cast<double>(state.loss_count);
  state.loss_sum.zero_();
  state.loss_count = 0;
  return mean;
}

void Players::blame(int64_t lane, std::string why) {
  auto& fault = faults_[static_cast<size_t>(lane)];
  if (fault.empty()) fault = std::move(why);
}

bool Players::any_fault() const {
  return std::any_of(faults_.begin(), faults_.end(), [](const auto& why) { return !why.empty(); });
}

// `sentence` takes the network's role and the parameter.
void Players::blame_where_not_finite(const Network& network, const Tensor& buffer, const char* sentence) {
  each_lane_not_finite(buffer, [&](int64_t lane) {
    blame(lane,
          fmt::format(fmt::runtime(sentence), network.role(), first_bad_parameter(network, buffer, lane)));
  });
}

void Players::check_parameters() {
  for (const State& state : states_)
    for (const auto& memory : state.memories) {
      const Network& checked = network(memory);
      blame_where_not_finite(checked, checked.buffer(), "the parameter {}/{} is not finite");
      for (const Tensor& buffer : memory.optimizer)
        blame_where_not_finite(checked, buffer, "the optimizer's memory of {}/{} has overflowed");
    }
}

void Players::lasting(Lasting& all) {
  for (const auto& [kind, network] : networks_) {
    all.rows(network.role() + "/parameters", network.buffer());
    all.rows(network.role() + "/state", network.state_buffer());
  }
  for (size_t p = 0; p < states_.size(); ++p) {
    State& state = states_[p];
    const std::string name = spec(p).name + "/";
    for (const NetworkMemory& memory : state.memories) {
      const std::string of_network = name + network(memory).role();
      for (size_t i = 0; i < memory.optimizer.size(); ++i)
        all.rows(fmt::format("{}/optimizer.{}", of_network, i), memory.optimizer[i]);
      for (size_t i = 0; i < memory.dynamics.size(); ++i)
        all.rows(fmt::format("{}/dynamics.{}", of_network, i), memory.dynamics[i]);
    }
    all.rows(name + "loss_sum", state.loss_sum);
    all.count(name + "loss_count", state.loss_count);
    all.count(name + "updates", state.updates);
    all.count(name + "turns", state.turns);
  }
}

void Players::keep(const std::vector<int64_t>& lanes) {
  std::vector<std::string> kept;
  for (const int64_t lane : lanes) kept.push_back(std::move(faults_[static_cast<size_t>(lane)]));
  faults_ = std::move(kept);
  if (lanes.empty()) return;
  for (auto& [kind, network] : networks_) network.keep(lanes);
  for (State& state : states_) {
    state.loss_sum = state.loss_sum.index_select(0, at::tensor(lanes, at::kLong));
    for (auto& memory : state.memories)
      for (auto* buffers : {&memory.optimizer, &memory.dynamics})
        for (Tensor& buffer : *buffers)
          buffer = buffer.index_select(0, at::tensor(lanes, at::kLong).to(buffer.device()));
    for (auto& memory : state.memories) memory.planned.reset();
    state.planned.clear();
    state.planned_uses = 0;
  }
  refresh_leaves();
}

}  // namespace saddle
