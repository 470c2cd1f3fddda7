// Nearest neighbours and nearest centroids.
#pragma once
#include <saddle/lanes.hpp>

#include <vector>

namespace saddle {

/// The k nearest rows of y to each row of x, the nearest first, of two at one distance the first: [n, k]
/// int64.
Tensor nearest(const Tensor& x, const Tensor& y, int64_t k);

/// The squared distance of each row of x to the nearest row of y.
std::vector<double> nearest_squared(const Tensor& x, const Tensor& y);

/// The label [n] that most of the k nearest rows of y have; of two equally frequent the smaller.
Tensor vote(const Tensor& x, const Tensor& y, const Tensor& labels, int64_t k);

/// Mean of each class's rows [class, dimension]; NaN of an empty class.
Tensor centroids(const Tensor& y, const Tensor& labels, int64_t classes);

}  // namespace saddle
