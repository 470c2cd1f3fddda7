// Log-ratio coordinates of compositions (Aitchison 1986; Egozcue et al. 2003 for ilr), along the last axis. A
// composition has d positive parts of sum one.
#pragma once
#include <saddle/lanes.hpp>

namespace saddle {

/// ln of each part minus the mean of all logarithms: [lane, …, d] -> [lane, …, d], of sum zero.
SADDLE_API Tensor clr(const Tensor& composition);
/// The parts proportional to eˣ: clr's inverse, the softmax.
SADDLE_API Tensor inverse_clr(const Tensor& x);

/// ln of each other part over the part `reference`: [lane, …, d] -> [lane, …, d − 1].
SADDLE_API Tensor alr(const Tensor& composition, int64_t reference);
SADDLE_API Tensor inverse_alr(const Tensor& x, int64_t reference);

/// Coordinates in an orthonormal basis of clr's plane: [lane, …, d] -> [lane, …, d − 1]. The i-th, from 1,
/// sets the geometric mean of the first i parts against the part after them, times √(i/(i + 1)).
SADDLE_API Tensor ilr(const Tensor& composition);
SADDLE_API Tensor inverse_ilr(const Tensor& x);

}  // namespace saddle
