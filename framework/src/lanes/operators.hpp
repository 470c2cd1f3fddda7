// How a tape does an operator of ATen's again: the commonest by loops of our own, with ATen's bits, the
// others through the dispatcher, below autograd, into the place that is there for the result.
#pragma once
#include <ATen/core/dispatch/Dispatcher.h>

#include <vector>

#include "tape.hpp"

namespace saddle {

/// `arguments` and `results` lie where they lie when the tape runs. `in_place`: the operator changes
/// arguments.
Tape::Call replayed_operator(const c10::OperatorHandle& op, std::vector<c10::IValue> arguments,
                             std::vector<Tensor> results, bool in_place);

}  // namespace saddle
