// Constraints: what holds the critic's parameters within a set.
#pragma once
#include <saddle/kind.hpp>
#include <saddle/params.hpp>

namespace saddle {

class SADDLE_API Constraint : public Plugin {
 public:
  static constexpr Kind kind = Kind::constraint;
  using KindClass = Constraint;
  ~Constraint() override;
  /// Declares the state that it needs for one parameter of the network.
  virtual void declare(Declare&, const Slot& /*parameter*/) {}
  /// The parameter that the network sees in place of the trained one, differentiable: [lane, shape…].
  /// `network` holds its parameters and state, with what `declare` added.
  virtual Tensor effective(const Params& /*network*/, const Slot& /*parameter*/,
                           const Tensor& trained) const {
    return trained;
  }
  /// Moves the trained parameter back into the set after an update, in place.
  virtual void project(const Slot& /*parameter*/, Tensor& /*trained*/) const {}
};

}  // namespace saddle
