// Two results of one trial, held together bit for bit.
#pragma once
#include <string>

#include "game/result.hpp"

namespace saddle::check {

/// What is not the same; empty if everything is.
std::string difference(const TrialResult& a, const TrialResult& b);

}  // namespace saddle::check
