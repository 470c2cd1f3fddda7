// Optimizers: one update of a player's parameters, element by element.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>
#include <saddle/schema.hpp>

namespace saddle {

/// One update of one network of a player: flat buffers, one row a lane.
struct Update {
  Tensor params;               ///< [lane, n], changed in place
  Tensor gradient;             ///< [lane, n]; a descent direction is its negative
  std::vector<Tensor> states;  ///< each [lane, n], in the order declared, changed in place
  int64_t count = 0;           ///< updates done before this one
};

class SADDLE_API Optimizer : public Plugin {
 public:
  static constexpr Kind kind = Kind::optimizer;
  ~Optimizer() override;
  /// Names of the buffers that it keeps, each as long as the parameters and started at zero.
  virtual std::vector<std::string> states() const { return {}; }
  virtual void update(const Update& u) const = 0;
};

}  // namespace saddle
