#include "nearest.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "distances.hpp"

namespace saddle {

Tensor nearest(const Tensor& x, const Tensor& y, int64_t k) {
  Tensor found = at::empty({x.size(0), k}, at::kLong);
  auto* out = found.mutable_data_ptr<int64_t>();
  const int64_t m = y.size(0);
  std::vector<int64_t> order(static_cast<size_t>(m));
  distance_blocks(x, y, [&](int64_t, Tensor& squared) {
    const auto* row = squared.const_data_ptr<double>();
    for (int64_t i = 0; i < squared.size(0); ++i, row += m, out += k) {
      std::iota(order.begin(), order.end(), int64_t{0});
      std::partial_sort(order.begin(), order.begin() + k, order.end(),
                        [&](int64_t a, int64_t b) { return row[a] < row[b] || (row[a] == row[b] && a < b); });
      std::copy(order.begin(), order.begin() + k, out);
    }
  });
  return found;
}

std::vector<double> nearest_squared(const Tensor& x, const Tensor& y) {
  std::vector<double> all;
  distance_blocks(x, y, [&](int64_t, Tensor& squared) {
    const auto* row = squared.const_data_ptr<double>();
    for (int64_t i = 0; i < squared.size(0); ++i, row += y.size(0))
      all.push_back(*std::min_element(row, row + y.size(0)));
  });
  return all;
}

Tensor vote(const Tensor& x, const Tensor& y, const Tensor& labels, int64_t k) {
  const Tensor neighbours = labels.index_select(0, nearest(x, y, k).flatten()).view({x.size(0), k});
  const int64_t classes = labels.max().item<int64_t>() + 1;
  const Tensor votes = (neighbours.unsqueeze(2) == at::arange(classes)).sum(1);  // [n, class]
  Tensor winners = at::empty({x.size(0)}, at::kLong);
  const Tensor counts = votes.contiguous();
  const auto* count = counts.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < x.size(0); ++i, count += classes)
    winners.mutable_data_ptr<int64_t>()[i] = std::max_element(count, count + classes) - count;
  return winners;
}

Tensor centroids(const Tensor& y, const Tensor& labels, int64_t classes) {
  std::vector<Tensor> rows;
  for (int64_t c = 0; c < classes; ++c)
    rows.push_back(y.index_select(0, (labels == c).nonzero().flatten()).mean(0));
  return at::stack(rows);
}

}  // namespace saddle
