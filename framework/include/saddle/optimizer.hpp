// Optimizers: one update of a player's parameters, element by element.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>
#include <saddle/schema.hpp>

#include <any>

namespace saddle {

/// One update of some of a player's parameters. Tensors are [lane, …], all of one shape.
struct SADDLE_API Update {
  Tensor params;
  Tensor gradient;                     ///< a descent direction is its negative
  std::vector<Tensor> states;          ///< in the order of `states()`
  int64_t count = 0;                   ///< updates done before this one
  std::vector<double> rate_factors{};  ///< what the schedule multiplies each lane's rate with; empty: 1
  mutable std::any prepared{};         ///< what `update` keeps for later updates of the same tensors

  /// The learning rate of one lane under its schedule.
  double rate(const LaneReal& rate, int64_t lane) const {
    return rate.at(lane) * (rate_factors.empty() ? 1.0 : rate_factors[static_cast<size_t>(lane)]);
  }
  /// The same for all lanes.
  LaneReal rates(const LaneReal& rate) const;
};

/// What an update leads to.
struct Updated {
  Tensor params;
  std::vector<Tensor> states;
};

class SADDLE_API Optimizer : public Plugin {
 public:
  static constexpr Kind kind = Kind::optimizer;
  using KindClass = Optimizer;
  ~Optimizer() override;
  /// Names of the buffers that it keeps, each as long as the parameters and started at zero.
  virtual std::vector<std::string> states() const { return {}; }
  /// The update as a function, in differentiable operators: an unrolled critic is trained through it.
  virtual Updated next(const Update& u) const = 0;
  /// The same in place, on flat buffers [lane, n]. Write it where a loop over the elements is faster.
  virtual void update(const Update& u) const;
};

}  // namespace saddle
