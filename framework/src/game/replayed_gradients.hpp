// Gradients of the players' losses that are recorded once and replayed when they are asked for again: for one
// lane on the CPU by tapes, elsewhere for all lanes by graphs of the device.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "game/players.hpp"
#include "lanes/device_graph.hpp"
#include "lanes/recording.hpp"

namespace saddle {

class ReplayedGradients {
 public:
  /// By graphs that `make_graph` makes; by tapes if it's empty.
  explicit ReplayedGradients(MakeGraph make_graph = {}) : make_graph_(std::move(make_graph)) {}

  /// Which loss: the turn whose draws it sees, and the player.
  using Which = std::pair<std::string, size_t>;
  /// Loss [lane] and gradient of a player, evaluated with a graph of autograd's.
  using Evaluate = std::function<std::pair<Tensor, Field>()>;

  /// What there is beside the gradient.
  struct Numbers {
    std::vector<double> losses;  ///< by lane
    bool finite = false;         ///< the gradient is known to be finite in all lanes
  };

  /// Leaves the gradient in `players.planned_gradient` and returns the numbers, until the next call. Records
  /// where nothing is recorded yet for this loss and its conditions; null where the loss can't be replayed:
  /// then it is to be evaluated.
  const Numbers* run(const Which& which, int64_t step, Players& players, const Evaluate& evaluate);
  /// Why some loss can't be replayed; empty while every one can. By tapes none is replayed any more then.
  const std::string& refusal() const { return refusal_; }

 private:
  struct Entry {
    std::vector<Recording::Condition> conditions;
    std::function<void(int64_t step)> replay;
    Tensor numbers;  // loss [lane]; by graphs also the sum of the gradient's numbers [2, lane]
  };
  /// One evaluation to be recorded, and where its results belong.
  struct Recorded {
    int64_t step;
    Players& players;
    const Evaluate& evaluate;
    const Field& gradient;
  };
  const Numbers* record(const Which& which, const Recorded& what);
  // Evaluate and keep what replays it, or refuse. False where the evaluation came to nothing.
  bool tape(const Which& which, const Recorded& what);
  bool graph(const Which& which, const Recorded& what);
  void refuse(const Which& which, const std::string& why);
  const Numbers* read(const Tensor& numbers);

  MakeGraph make_graph_;
  std::map<Which, std::vector<Entry>> entries_;
  std::set<Which> refused_;
  std::string refusal_;  // the first
  Numbers numbers_;
};

}  // namespace saddle
