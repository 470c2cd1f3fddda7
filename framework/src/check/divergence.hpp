// Divergences asked without a trial.
#pragma once
#include <saddle/divergence.hpp>

#include <array>
#include <vector>

#include "check/object.hpp"

namespace saddle::check {

/// Value, its slopes in the generated samples' scores or, without a critic, in the samples; the same of the
/// generator's loss. A sample's score is its first number. One seed a lane.
std::array<Tensor, 4> losses(const Divergence& divergence, const Tensor& real, const Tensor& fake,
                             const std::vector<uint64_t>& seeds);

}  // namespace saddle::check
