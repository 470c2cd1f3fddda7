#include "game/steps.hpp"

#include "game/live_turn.hpp"

namespace saddle {

// Alternating: every player in turn against the others as they then are. Simultaneous: the critic's extra
// updates first, then both players from one point and one batch.
Steps::Steps(const Assembly& assembly, Players& players, const Streams& streams, const TrainConfig& train,
             ReplayedGradients* replayed)
    : assembly_(assembly), players_(players), streams_(streams), train_(train), replayed_(replayed) {
  const auto& specs = assembly.players();
  const auto updates = [&](size_t p) {
    return specs[p].is_critic ? train.critic_steps : train.generator_steps;
  };
  if (train.turns == "simultaneous") {
    std::vector<size_t> all;
    for (size_t p = 0; p < specs.size(); ++p) {
      add_turns(p, updates(p) - 1);
      all.push_back(p);
    }
    turns_.push_back({std::move(all), "generator.0", 0});
  } else {
    const bool critic_first = train.first != "generator";
    for (const bool critics : {critic_first, !critic_first})
      for (size_t p = 0; p < specs.size(); ++p)
        if (specs[p].is_critic == critics) add_turns(p, updates(p));
  }
}

void Steps::add_turns(size_t player, int64_t count) {
  for (int64_t k = 0; k < count; ++k)
    turns_.push_back({{player}, fmt::format("{}.{}", assembly_.players()[player].name, k), k});
}

void Steps::play(int64_t step) {
  const auto& specs = assembly_.players();
  const auto lanes = static_cast<int64_t>(streams_.seeds().size());
  rate_factors_.resize(specs.size());
  for (size_t p = 0; p < specs.size(); ++p) {
    rate_factors_[p].clear();
    for (int64_t lane = 0; lane < lanes; ++lane)
      rate_factors_[p].push_back(assembly_.schedule(specs[p]).at(step, train_.steps, lane));
  }
  for (const Updates& turn : turns_) {
    Moment moment(assembly_, players_.networks(), streams_, train_, {turn.name, turn.draw, step, step});
    LiveTurn live(assembly_, players_, moment, turn.movers, rate_factors_, replayed_);
    assembly_.dynamics().play(live);
    players_.end_turn(turn.movers);
  }
}

}  // namespace saddle
