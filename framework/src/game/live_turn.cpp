#include "game/live_turn.hpp"

#include <ATen/core/grad_mode.h>

namespace saddle {

LiveTurn::LiveTurn(const Assembly& assembly, Players& players, Moment& moment,
                   const std::vector<size_t>& movers, const std::vector<std::vector<double>>& rate_factors,
                   ReplayedGradients* replayed)
    : assembly_(assembly),
      players_(players),
      moment_(moment),
      movers_(movers),
      rate_factors_(rate_factors),
      replayed_(replayed) {}

const Field& LiveTurn::parameters(size_t player) {
  const auto found = substituted_.find(player);
  return found != substituted_.end() ? found->second : players_.leaves(player);
}

Tensor LiveTurn::unnoted_loss(size_t player) {
  const PlayerSpec& spec = assembly_.players()[player];
  // Where no dynamics asks how one player's loss depends on the other, no graph is built for it.
  moment_.set_update(players_.turns(player));
  if (assembly_.dynamics().needs_second_derivatives())
    moment_.train_all();
  else
    moment_.train(spec);
  return assembly_.objective().loss(spec, moment_);
}

bool LiveTurn::notes(size_t player) {
  const bool moves = std::find(movers_.begin(), movers_.end(), player) != movers_.end();
  const bool first = moves && std::find(noted_.begin(), noted_.end(), player) == noted_.end();
  if (first) noted_.push_back(player);
  return first;
}

Tensor LiveTurn::loss(size_t player) {
  Tensor loss = unnoted_loss(player);
  if (notes(player)) players_.note_loss(player, loss);
  return loss;
}

// What is replayed knows the players as they are, and puts every gradient of a player in the same place: not
// where somebody still holds the one before.
Field LiveTurn::gradient(size_t player, bool differentiable) {
  const bool planned = replayed_ != nullptr && !differentiable && substituted_.empty();
  if (planned) {
    const Field& into = players_.planned_gradient(player);
    if (players_.planned_gradient_is_free(player)) {
      const auto evaluate = [&] {
        const Moment::DrawnAnew draws(moment_);
        const Tensor loss = unnoted_loss(player);
        return std::pair{loss, derivative(loss, parameters(player))};
      };
      if (const auto* numbers =
              replayed_->run({moment_.name().turn, player}, moment_.name().step, players_, evaluate)) {
        if (notes(player)) players_.note_loss(player, numbers->losses);
        players_.lend_planned_gradient(player, numbers->finite);
        return into;
      }
    }
  }
  return Turn::gradient(player, differentiable);
}

void LiveTurn::move(size_t player, const Field& direction) {
  players_.move(player, direction, rate_factors_[player]);
}

void LiveTurn::substitute(size_t player, Field params) {
  size_t next = 0;
  for (const Kind kind : networks_of(assembly_.players()[player], players_.networks())) {
    const size_t count = players_.networks().at(kind).leaves().size();
    const auto begin = params.begin() + static_cast<std::ptrdiff_t>(next);
    moment_.substitute(kind, {begin, begin + static_cast<std::ptrdiff_t>(count)});
    next += count;
  }
  substituted_[player] = std::move(params);
}

void LiveTurn::reset(size_t player) {
  substituted_.erase(player);
  for (const Kind kind : networks_of(assembly_.players()[player], players_.networks())) moment_.reset(kind);
}

Turn::Snapshot LiveTurn::save() {
  Snapshot snapshot;
  for (size_t p = 0; p < players_.count(); ++p) {
    snapshot.params.push_back(copy(players_.leaves(p)));
    std::vector<Field> memory;
    for (const Field& state : players_.memory(p)) memory.push_back(copy(state));
    snapshot.memory.push_back(std::move(memory));
    snapshot.counts.push_back(players_.updates(p));
  }
  return snapshot;
}

void LiveTurn::restore(const Snapshot& snapshot, bool memory) {
  const at::NoGradGuard no_grad;
  for (const size_t p : movers_) {
    players_.put(p, snapshot.params[p]);
    if (!memory) continue;
    players_.set_updates(p, snapshot.counts[p]);
    const auto states = players_.memory(p);
    for (size_t i = 0; i < states.size(); ++i)
      for (size_t j = 0; j < states[i].size(); ++j) states[i][j].copy_(snapshot.memory[p][i][j]);
  }
}

}  // namespace saddle
