// Distances between all samples of two sets, a block of rows at a time: two sets of 10,000 would fill 800 MB.
#pragma once
#include <saddle/lanes.hpp>

#include <functional>
#include <vector>

namespace saddle {

/// Calls block(first, squared) with the squared Euclidean distances [rows, m] of x[first], x[first + 1], … to
/// every row of y; x [n, d] and y [m, d] float64, contiguous. The block may be overwritten.
///
/// Up to 8 dimensions by differences, so that equal points are at distance 0 exactly; beyond that by a matrix
/// product, with an error of about 1e-16 times the squared size of the data.
void distance_blocks(const Tensor& x, const Tensor& y,
                     const std::function<void(int64_t first, Tensor& squared)>& block);

/// The squared distance of each sample to its k-th nearest other sample (a copy of itself is another sample,
/// at distance 0). Needs more than k samples.
std::vector<double> squared_radii(const Tensor& x, int64_t k);

/// Median distance between two different samples, of an even number of pairs the mean of the middle two.
double median_distance(const Tensor& x);

}  // namespace saddle
