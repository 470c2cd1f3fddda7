// Gradients of the players' losses by recorded tapes, for one lane.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "game/players.hpp"
#include "lanes/recorder.hpp"

namespace saddle {

class GradientTapes {
 public:
  /// Which loss: the turn whose draws it sees, and the player.
  using Which = std::pair<std::string, size_t>;
  /// Loss [1] and gradient of a player, evaluated with a graph.
  using Evaluate = std::function<std::pair<Tensor, Field>()>;

  /// Leaves the gradient in `players.planned_gradient` and returns the loss. Makes a tape where there is none
  /// for this loss and its conditions; nothing where the loss can't be replayed: then it is to be evaluated.
  std::optional<double> run(const Which& which, int64_t step, Players& players, const Evaluate& evaluate);
  /// Why some loss can't be replayed; empty while every one can.
  const std::string& refusal() const { return refusal_; }

 private:
  struct Entry {
    std::vector<Recorder::Condition> conditions;
    Tape tape;
    Tensor loss;  // [1]
  };
  std::optional<double> record(const Which& which, int64_t step, Players& players, const Evaluate& evaluate);

  std::map<Which, std::vector<Entry>> entries_;
  std::string refusal_;
};

}  // namespace saddle
