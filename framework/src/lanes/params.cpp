#include <saddle/params.hpp>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <saddle/error.hpp>

#include "recording.hpp"

#include <algorithm>
#include <string>

namespace saddle {
namespace {

// 64 elements: a multiple of 64 bytes for every dtype, and of two vector registers, so that element-wise
// loops over whole buffers have no tail and every lane's slice has the same alignment.
constexpr int64_t slice_unit = 64;
constexpr int64_t slot_unit = 16;

int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

int64_t end_of(const std::vector<Slot>& slots) {
  return slots.empty() ? 0 : slots.back().offset + round_up(numel(slots.back().shape), slot_unit);
}

/// The most numbers of a network, 8 TB of float64: no machine trains more, and no sum of sizes overflows.
constexpr int64_t most_numbers = int64_t{1} << 40;

/// How many numbers the shape holds, or more than `most_numbers`.
int64_t numbers(const Shape& shape) {
  int64_t n = 1;
  for (const int64_t size : shape) {
    // A negative size is a product that has overflowed on its way here.
    if (size < 0 || (n > 0 && size > most_numbers / n)) return most_numbers + 1;
    n *= size;
  }
  return n;
}

int append(std::vector<Slot>& slots, std::string name, Shape shape, Init init) {
  if (end_of(slots) + numbers(shape) > most_numbers)
    throw ParamError("use", "with " + name + " the network would hold more than 2^40 numbers");
  const int64_t offset = end_of(slots);
  slots.push_back({std::move(name), std::move(shape), init, offset});
  return static_cast<int>(slots.size()) - 1;
}

}  // namespace

ParamRef Declare::param(std::string name, Shape shape, Init init) {
  return {append(params_, std::move(name), std::move(shape), init)};
}

StateRef Declare::state(std::string name, Shape shape, Init init) {
  return {append(states_, std::move(name), std::move(shape), init)};
}

int64_t Declare::param_stride() const { return round_up(end_of(params_), slice_unit); }
int64_t Declare::state_stride() const { return round_up(end_of(states_), slice_unit); }

Params::Params(std::vector<Tensor> params, std::vector<Tensor> states, Mode mode,
               std::vector<double> temperature_factors)
    : params_(std::move(params)),
      states_(std::move(states)),
      mode_(mode),
      temperature_factors_(std::move(temperature_factors)) {}

LaneReal Params::temperature(const LaneReal& start) const {
  if (temperature_factors_.empty()) return start;
  if (Recording* recording = Recording::current())
    recording->refuse("it asks for a temperature that changes");
  std::vector<double> now;
  for (int64_t lane = 0; lane < start.lanes(); ++lane)
    now.push_back(start.at(lane) * std::max(temperature_factors_[static_cast<size_t>(lane)], 1e-3));
  return {std::move(now), start.values().options()};
}

void Params::store(StateRef ref, const Tensor& value) const {
  if (!training()) return;
  const at::NoGradGuard no_grad;
  states_[static_cast<size_t>(ref.index)].copy_(value);
}

}  // namespace saddle
