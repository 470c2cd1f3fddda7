#include <saddle/lanes.hpp>

#include <ATen/ATen.h>

#include <functional>
#include <numeric>

namespace saddle {

int64_t numel(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

Tensor LaneReal::like(const Tensor& x) const {
  std::vector<int64_t> shape(static_cast<size_t>(std::max<int64_t>(x.dim(), 1)), 1);
  shape[0] = values_.size(0);
  return values_.view(shape);
}

LaneReal::LaneReal(std::vector<double> numbers, const at::TensorOptions& options)
    : numbers_(std::move(numbers)), values_(at::tensor(numbers_, at::kDouble).to(options)) {}

Tensor operator*(const LaneReal& a, const Tensor& x) { return a.like(x) * x; }
Tensor operator*(const Tensor& x, const LaneReal& a) { return x * a.like(x); }
Tensor operator/(const Tensor& x, const LaneReal& a) { return x / a.like(x); }
Tensor operator+(const Tensor& x, const LaneReal& a) { return x + a.like(x); }
Tensor operator-(const Tensor& x, const LaneReal& a) { return x - a.like(x); }

}  // namespace saddle
