// Averages of the weights over training, in float64.
#pragma once
#include <saddle/average.hpp>

#include "game/players.hpp"

namespace saddle {

class Averages {
 public:
  /// Takes in the weights after `steps_done` steps.
  void add(const Average& average, const Networks& networks, int64_t steps_done);
  /// The networks with averaged weights in the trial's dtype and the state of those given.
  Networks of(const Networks& networks) const;
  void lasting(const Networks& networks, Lasting& all);
  /// Keeps the given lanes, in that order.
  void keep(const std::vector<int64_t>& lanes);

 private:
  std::map<Kind, Tensor> buffers_;  // [lane, slice] float64
  int64_t count_ = 0;
};

}  // namespace saddle
