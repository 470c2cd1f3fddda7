#include <saddle/ops.hpp>
#include <saddle/simplex.hpp>

#include <ATen/ATen.h>

#include <cmath>

namespace saddle {
namespace {

int64_t from_front(int64_t index, int64_t count) { return index < 0 ? index + count : index; }

/// [lane, d, d − 1]: orthonormal columns, each of sum zero.
Tensor basis(int64_t lanes, int64_t d, const at::TensorOptions& options) {
  Tensor v = at::zeros({d, d - 1}, at::kDouble);
  auto* to = v.mutable_data_ptr<double>();
  for (int64_t column = 0; column < d - 1; ++column) {
    const auto before = static_cast<double>(column + 1);
    for (int64_t row = 0; row <= column; ++row)
      to[row * (d - 1) + column] = 1 / std::sqrt(before * (before + 1));
    to[(column + 1) * (d - 1) + column] = -std::sqrt(before / (before + 1));
  }
  return v.to(options).expand({lanes, d, d - 1});
}

/// x [lane, …, n] times the basis of d parts, or its transpose.
Tensor times_basis(const Tensor& x, int64_t d, bool transposed) {
  const Tensor flat = x.reshape({x.size(0), -1, x.size(-1)});
  const Tensor y =
      saddle::matmul(flat, basis(x.size(0), d, x.options().requires_grad(false)), false, transposed);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = y.size(2);
  return y.reshape(shape);
}

}  // namespace

Tensor clr(const Tensor& composition) {
  const Tensor logs = composition.log();
  return logs - logs.mean(-1, true);
}
Tensor inverse_clr(const Tensor& x) { return at::softmax(x, -1); }

Tensor alr(const Tensor& composition, int64_t reference) {
  const Tensor logs = composition.log();
  const int64_t d = logs.size(-1), at = from_front(reference, d);
  return at::cat({logs.narrow(-1, 0, at), logs.narrow(-1, at + 1, d - at - 1)}, -1) - logs.narrow(-1, at, 1);
}

Tensor inverse_alr(const Tensor& x, int64_t reference) {
  const int64_t d = x.size(-1) + 1, at = from_front(reference, d);
  const Tensor before = x.narrow(-1, 0, at), after = x.narrow(-1, at, d - 1 - at);
  std::vector<int64_t> one = x.sizes().vec();
  one.back() = 1;
  return at::softmax(at::cat({before, at::zeros(one, x.options()), after}, -1), -1);
}

Tensor ilr(const Tensor& composition) { return times_basis(composition.log(), composition.size(-1), false); }
Tensor inverse_ilr(const Tensor& x) { return at::softmax(times_basis(x, x.size(-1) + 1, true), -1); }

}  // namespace saddle
