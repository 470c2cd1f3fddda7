#include "space.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "lanes.hpp"

namespace saddle {

Tensor in_space(const Tensor& x, const std::string& space, const Data& data) {
  if (space == "own" || (space == "auto" && !data.not_a_count().empty())) return x;
  const Tensor sums = x.sum(1, true);
  return (x * at::where(sums > 0, 1e4 / sums, at::zeros_like(sums))).clamp_min(0).log1p();
}

Reference reference(const Measurement& m, int64_t most) {
  Random random = m.random("reference");
  const int64_t kept = std::min(m.data->training_size(), most);
  const Batch batch =
      kept > 0 ? m.data->training(0, kept, at::TensorOptions(at::kDouble)) : m.data->draw(random, most);
  return {points(batch.samples[0]), batch.labels.defined() ? batch.labels[0].to(at::kCPU) : Tensor()};
}

}  // namespace saddle
