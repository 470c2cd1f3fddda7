// Networks are functions of their parameters. A plugin declares parameters and lane state by name and shape;
// the core lays all parameters of a network into one buffer a lane (each lane's slice aligned to 64 bytes),
// initialises, optimises, averages, stores and restores them, and hands them to `forward`.
#pragma once
#include <saddle/lanes.hpp>
#include <saddle/random.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace saddle {

/// How a parameter or state starts.
struct Init {
  enum class Kind { constant, normal, uniform, orthogonal };
  Kind kind = Kind::constant;
  double scale =
      0;  ///< constant: the value; normal: standard deviation; uniform: half-width; orthogonal: gain

  static Init zeros() { return {Kind::constant, 0}; }
  static Init ones() { return {Kind::constant, 1}; }
  static Init constant(double value) { return {Kind::constant, value}; }
  static Init normal(double std) { return {Kind::normal, std}; }
  static Init uniform(double half_width) { return {Kind::uniform, half_width}; }
  static Init orthogonal(double gain = 1) { return {Kind::orthogonal, gain}; }
};

struct ParamRef {
  int index = -1;
};
struct StateRef {
  int index = -1;
};

/// One declared tensor of a network.
struct Slot {
  std::string name;
  Shape shape;
  Init init;
  int64_t offset = 0;  ///< in elements, within a lane's slice
};

/// Collects what a plugin declares.
class SADDLE_API Declare {
 public:
  /// A trained tensor, [lane, shape…] when read.
  ParamRef param(std::string name, Shape shape, Init init);
  /// Something that lasts and is not trained: running statistics, power-iteration vectors, an optimizer's
  /// moments.
  StateRef state(std::string name, Shape shape, Init init = Init::zeros());
  const std::vector<Slot>& params() const { return params_; }
  const std::vector<Slot>& states() const { return states_; }
  /// Elements of one lane's slice: 64-byte multiples for every dtype.
  int64_t param_stride() const;
  int64_t state_stride() const;

 private:
  std::vector<Slot> params_, states_;
};

enum class Mode { training, evaluation };

/// A network's parameters and state for one call of `forward`.
class SADDLE_API Params {
 public:
  /// `temperature_factors`: what the trial's schedule multiplies temperatures with, by lane; empty: 1.
  Params(std::vector<Tensor> params, std::vector<Tensor> states, Mode mode,
         std::vector<double> temperature_factors = {});
  /// [lane, shape…]
  const Tensor& operator[](ParamRef ref) const { return params_[static_cast<size_t>(ref.index)]; }
  const Tensor& operator[](StateRef ref) const { return states_[static_cast<size_t>(ref.index)]; }
  /// Overwrites a state. Without effect in evaluation.
  void store(StateRef ref, const Tensor& value) const;
  bool training() const { return mode_ == Mode::training; }
  Mode mode() const { return mode_; }
  /// A temperature at this step of the training, as `train.temperature_schedule` says, but no less than a
  /// thousandth of the start: schedules of rates may end at 0.
  LaneReal temperature(const LaneReal& start) const;
  const std::vector<Tensor>& all() const { return params_; }

 private:
  std::vector<Tensor> params_, states_;
  Mode mode_;
  std::vector<double> temperature_factors_;
};

}  // namespace saddle
