#include "game/still_game.hpp"

namespace saddle {
namespace {

Networks with_own_states(const Networks& networks) {
  Networks copies;
  for (const auto& [kind, network] : networks) copies.emplace(kind, network.with_own_state());
  return copies;
}

}  // namespace

StillGame::StillGame(const Assembly& assembly, const Networks& networks, const Streams& streams,
                     const TrainConfig& train, int64_t step)
    : assembly_(assembly),
      networks_(with_own_states(networks)),
      moment_(assembly, networks_, streams, train, {"measure", 0, step, 0}) {
  moment_.train_all();
  for (const PlayerSpec& player : players()) leaves_.push_back(leaves_of(player, networks_));
}

}  // namespace saddle
