// The parameters and state of one network for a group of lanes, in one buffer: [lane, slice].
#pragma once
#include <saddle/params.hpp>

#include <string>
#include <vector>

#include "config/trial.hpp"

namespace saddle {

class Network {
 public:
  /// Initialises every parameter from the stream "init/<role>/<parameter>": trials with one seed and equal
  /// shapes start alike, whatever else differs.
  Network(std::string role, Declare declared, const Streams& streams);

  const std::string& role() const { return role_; }
  const std::vector<Slot>& slots() const { return declared_.params(); }
  const Tensor& buffer() const { return buffer_; }
  const Tensor& gradient() const { return gradient_; }
  const Tensor& state_buffer() const { return state_buffer_; }

  /// Views of the buffer by parameter; differentiable leaves, or plain.
  const std::vector<Tensor>& leaves() const { return leaves_; }
  const std::vector<Tensor>& views() const { return views_; }
  const std::vector<Tensor>& states() const { return states_; }
  /// The same views of another buffer of this layout: an optimizer's memory, an average.
  std::vector<Tensor> views_into(const Tensor& buffer) const;

  /// Copies gradients by parameter (undefined: zero) into the flat gradient buffer.
  void collect(const std::vector<Tensor>& gradients);

  /// The same into another buffer of this layout, of defined gradients alone, by one launch.
  void gather(const std::vector<Tensor>& gradients, Tensor& into) const;

  /// Declared state, as it is stored beside the parameters: "role/state/name".
  const std::vector<Slot>& state_slots() const { return declared_.states(); }
  std::string state_path(size_t slot) const { return role_ + "/state/" + state_slots()[slot].name; }
  Tensor state(size_t slot, int64_t lane) const;
  void set_state(size_t slot, int64_t lane, const Tensor& value);

  /// The same parameters with a copy of the state.
  Network with_own_state() const;
  /// Other parameters [lane, slice], of any dtype, with the same state.
  Network with_buffer(const Tensor& buffer) const;
  /// One lane of it, on the same buffers.
  Network lane(int64_t lane) const;
  /// Keeps the given lanes, in that order.
  void keep(const std::vector<int64_t>& lanes);
  /// One parameter of one lane, on the CPU, of its own shape.
  Tensor parameter(size_t slot, int64_t lane) const;
  void set_parameter(size_t slot, int64_t lane, const Tensor& value);

 private:
  void make_views();

  std::string role_;
  Declare declared_;
  Tensor buffer_, state_buffer_, gradient_;
  std::vector<Tensor> views_, leaves_, states_, gradient_views_;
};

}  // namespace saddle
