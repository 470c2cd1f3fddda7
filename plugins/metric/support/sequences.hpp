// One-hot sequences as letters.
#pragma once
#include <saddle/metric.hpp>

#include <string>
#include <vector>

namespace saddle {

/// The letter of the largest number at each position: x [n, positions × letters] as flattened from
/// [n, position, letter].
std::vector<std::string> letters_of(const Tensor& x, const std::string& alphabet);

/// What unsupported() answers; empty if samples are sequences of letters.
std::string needs_sequences(const Parts& parts);

/// Share of each sequence's letters that are among `wanted`.
std::vector<double> shares_of(const std::vector<std::string>& sequences, const std::string& wanted);

}  // namespace saddle
