// What ATen has LAPACK for, by Eigen in plain loops: the same bits on every processor. float32 and float64;
// matrices [batch…, n, n]. As ATen's operators of these names, which tell what arguments and results are.
#pragma once
#include <saddle/lanes.hpp>

#include <string_view>
#include <tuple>

namespace saddle::algebra {

Tensor eigvals(const Tensor& x);
std::tuple<Tensor, Tensor> eigh(const Tensor& x, std::string_view triangle, bool vectors);
std::tuple<Tensor, Tensor, Tensor, Tensor> solve_ex(const Tensor& x, const Tensor& right, bool left,
                                                    bool check_errors);
Tensor lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& right, bool left, bool adjoint);
std::tuple<Tensor, Tensor> inv_ex(const Tensor& x, bool check_errors);

}  // namespace saddle::algebra
