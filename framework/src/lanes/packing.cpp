#include <saddle/packing.hpp>

#include <ATen/ATen.h>

namespace saddle {
namespace {

// Which axis of a sample grows.
size_t packed_axis(size_t axes) { return axes < 3 ? axes - 1 : 0; }

}  // namespace

Shape packed_shape(const Shape& sample, int64_t m) {
  Shape shape = sample;
  if (!shape.empty()) shape[packed_axis(shape.size())] *= m;
  return shape;
}

Tensor pack(const Tensor& samples, int64_t m) {
  if (m == 1) return samples;
  const auto axis = static_cast<int64_t>(packed_axis(static_cast<size_t>(samples.dim()) - 2));
  // [lane, n, m, …]: the samples' axis moves before the one that grows.
  const Tensor groups = samples.unflatten(1, {samples.size(1) / m, m});
  return groups.movedim(2, 2 + axis).flatten(2 + axis, 3 + axis);
}

}  // namespace saddle
