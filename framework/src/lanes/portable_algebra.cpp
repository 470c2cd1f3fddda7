#include "portable_algebra.hpp"

#include <ATen/ATen.h>

#include <numeric>
#include <utility>
#include <vector>

// Plain loops: vectors add in orders of their own.
#define EIGEN_DONT_VECTORIZE
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_MPL2_ONLY
#include <Eigen/Eigenvalues>
#include <Eigen/LU>

namespace saddle::algebra {
namespace {

using Matrix = Eigen::MatrixXd;
using Map = Eigen::Map<Matrix>;

/// Eigen's blocks, hence its sums' order, follow the sizes of caches.
void same_blocks() {
  [[maybe_unused]] static const bool once = (Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20), true);
}

void check_squares(const Tensor& x, const char* who) {
  TORCH_CHECK(x.dim() >= 2 && x.size(-1) == x.size(-2), who, ": matrices must be square, not ", x.sizes());
  TORCH_CHECK(x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble, who,
              ": portable kernels know float32 and float64, not ", x.dtype());
}

at::IntArrayRef batch_of(const Tensor& x) { return x.sizes().slice(0, static_cast<size_t>(x.dim()) - 2); }

/// float64, every matrix by columns in memory of its own: [number, columns, rows].
Tensor by_columns(const Tensor& x) {
  const int64_t number = c10::multiply_integers(batch_of(x));
  const Tensor all = x.to(at::kDouble).mT().reshape({number, x.size(-1), x.size(-2)});
  return all.clone(at::MemoryFormat::Contiguous);
}
Map matrix(const Tensor& columns, int64_t i) {
  return {columns.mutable_data_ptr<double>() + i * columns.size(1) * columns.size(2), columns.size(2),
          columns.size(1)};
}
/// Back to the shape [batch…, rows, columns], of ATen's layout for LAPACK's results: by columns.
Tensor by_rows(const Tensor& columns, at::IntArrayRef batch, at::ScalarType type) {
  std::vector<int64_t> shape = batch.vec();
  shape.push_back(columns.size(1));
  shape.push_back(columns.size(2));
  return columns.view(shape).mT().to(type);
}

/// LAPACK's list of which rows change places, from Eigen's of where each row goes.
void note_exchanges(const Eigen::VectorXi& goes_to, int32_t* pivots) {
  const auto n = goes_to.size();
  std::vector<int> at_place(static_cast<size_t>(n)), wanted(at_place);
  std::iota(at_place.begin(), at_place.end(), 0);
  for (Eigen::Index row = 0; row < n; ++row)
    wanted[static_cast<size_t>(goes_to[row])] = static_cast<int>(row);
  for (size_t i = 0; i < at_place.size(); ++i) {
    size_t from = i;
    while (at_place[from] != wanted[i]) ++from;
    std::swap(at_place[i], at_place[from]);
    pivots[i] = static_cast<int32_t>(from) + 1;
  }
}

struct Factors {
  Tensor lu, pivots, info;
};

Factors factorise(const Tensor& x) {
  same_blocks();
  const int64_t n = x.size(-1);
  const Tensor columns = by_columns(x);
  Tensor pivots = at::empty({columns.size(0), n}, at::kInt), info = at::zeros({columns.size(0)}, at::kInt);
  for (int64_t i = 0; n > 0 && i < columns.size(0); ++i) {
    Map own = matrix(columns, i);
    const Eigen::PartialPivLU<Matrix> lu(own);
    own = lu.matrixLU();
    note_exchanges(lu.permutationP().indices(), pivots.mutable_data_ptr<int32_t>() + i * n);
    for (int64_t k = n; k-- > 0;)
      if (own(k, k) == 0) info[i] = k + 1;
  }
  std::vector<int64_t> of_pivots = batch_of(x).vec();
  info = info.view(of_pivots);
  of_pivots.push_back(n);
  return {by_rows(columns, batch_of(x), x.scalar_type()), pivots.view(of_pivots), info};
}

void check_right(const Tensor& square, const Tensor& right, bool left, const char* who) {
  TORCH_CHECK(right.scalar_type() == square.scalar_type(), who, ": ", square.dtype(), " and ", right.dtype(),
              " are not of one type");
  TORCH_CHECK(right.dim() >= 2 && right.size(left ? -2 : -1) == square.size(-1), who, ": ", square.sizes(),
              " and ", right.sizes(), " do not fit");
}

void exchange(Map& x, const int32_t* pivots, int64_t i) {
  if (const int64_t with = pivots[i] - 1; with != i) x.row(i).swap(x.row(with));
}

}  // namespace

Tensor eigvals(const Tensor& x) {
  check_squares(x, "eigvals");
  same_blocks();
  const int64_t n = x.size(-1);
  const Tensor columns = by_columns(x);
  Tensor values = at::empty({columns.size(0), n}, at::kComplexDouble);
  auto* out = values.mutable_data_ptr<c10::complex<double>>();
  for (int64_t i = 0; n > 0 && i < columns.size(0); ++i) {
    const Eigen::EigenSolver<Matrix> solver(matrix(columns, i), /*computeEigenvectors=*/false);
    TORCH_CHECK_LINALG(solver.info() == Eigen::Success, "eigvals: the iteration did not converge");
    for (int64_t k = 0; k < n; ++k) *out++ = {solver.eigenvalues()[k].real(), solver.eigenvalues()[k].imag()};
  }
  std::vector<int64_t> shape = batch_of(x).vec();
  shape.push_back(n);
  return values.view(shape).to(c10::toComplexType(x.scalar_type()));
}

std::tuple<Tensor, Tensor> eigh(const Tensor& x, std::string_view triangle, bool vectors) {
  check_squares(x, "eigh");
  same_blocks();
  const int64_t n = x.size(-1);
  const Tensor columns =
      by_columns(triangle == "U" || triangle == "u" ? x.mT() : x);  // Eigen reads the lower
  Tensor values = at::empty({columns.size(0), n}, at::kDouble);
  for (int64_t i = 0; n > 0 && i < columns.size(0); ++i) {
    Map own = matrix(columns, i);
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(
        own, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    TORCH_CHECK_LINALG(solver.info() == Eigen::Success, "eigh: the iteration did not converge");
    for (int64_t k = 0; k < n; ++k) values.mutable_data_ptr<double>()[i * n + k] = solver.eigenvalues()[k];
    if (vectors) own = solver.eigenvectors();
  }
  std::vector<int64_t> shape = batch_of(x).vec();
  shape.push_back(n);
  return {values.view(shape).to(x.scalar_type()),
          vectors ? by_rows(columns, batch_of(x), x.scalar_type()) : at::empty({0}, x.options())};
}

Tensor lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& right, bool left, bool adjoint) {
  check_squares(lu, "lu_solve");
  check_right(lu, right, left, "lu_solve");
  if (!left) return lu_solve(lu, pivots, right.mT(), true, !adjoint).mT();
  same_blocks();
  std::vector<int64_t> batch = at::infer_size(batch_of(lu), batch_of(right));
  const auto expanded = [&](const Tensor& x, at::IntArrayRef last) {
    std::vector<int64_t> shape = batch;
    shape.insert(shape.end(), last.begin(), last.end());
    return x.expand(shape);
  };
  const int64_t n = lu.size(-1);
  TORCH_CHECK(pivots.scalar_type() == at::kInt &&
                  pivots.sizes() == lu.sizes().slice(0, static_cast<size_t>(lu.dim()) - 1),
              "lu_solve: pivots must be int32 numbers, one a row of ", lu.sizes(), ", not ", pivots.dtype(),
              " ", pivots.sizes());
  TORCH_CHECK(pivots.numel() == 0 || (pivots.min().item<int>() >= 1 && pivots.max().item<int>() <= n),
              "lu_solve: pivots lie between 1 and ", n);
  const Tensor factors = by_columns(expanded(lu, {n, n}));
  const Tensor swaps = expanded(pivots, {n}).contiguous();
  const Tensor columns =
      by_columns(expanded(right, right.sizes().slice(static_cast<size_t>(right.dim()) - 2)));
  for (int64_t i = 0; i < columns.size(0); ++i) {
    const Map own = matrix(factors, i);
    const auto lower = own.triangularView<Eigen::UnitLower>();
    const auto upper = own.triangularView<Eigen::Upper>();
    const auto* of = swaps.const_data_ptr<int32_t>() + i * n;
    Map x = matrix(columns, i);
    if (adjoint) {
      upper.transpose().solveInPlace(x);
      lower.transpose().solveInPlace(x);
      for (int64_t k = n; k-- > 0;) exchange(x, of, k);
    } else {
      for (int64_t k = 0; k < n; ++k) exchange(x, of, k);
      lower.solveInPlace(x);
      upper.solveInPlace(x);
    }
  }
  return by_rows(columns, batch, right.scalar_type());
}

// The gradient of ATen's solve takes the factors of the transpose where the matrices lie by rows.
std::tuple<Tensor, Tensor, Tensor, Tensor> solve_ex(const Tensor& x, const Tensor& right, bool left,
                                                    bool check_errors) {
  check_squares(x, "solve");
  const bool vectors =
      right.dim() == 1 ||
      (x.dim() - 1 == right.dim() && right.sizes() == x.sizes().slice(0, static_cast<size_t>(x.dim()) - 1));
  TORCH_CHECK(left || !vectors, "solve: vectors have no matrix to the right of them");
  check_right(x, vectors ? right.unsqueeze(-1) : right, left, "solve");
  const bool transposed = x.is_contiguous();
  const Factors f = factorise(transposed ? x.mT() : x);
  if (check_errors) at::_linalg_check_errors(f.info, "torch.linalg.solve_ex", x.dim() == 2);
  const Tensor result = lu_solve(f.lu, f.pivots, vectors ? right.unsqueeze(-1) : right, left, transposed);
  return {vectors ? result.squeeze(-1) : result, f.lu, f.pivots, f.info};
}

std::tuple<Tensor, Tensor> inv_ex(const Tensor& x, bool check_errors) {
  check_squares(x, "inv");
  const Factors f = factorise(x);
  if (check_errors) at::_linalg_check_errors(f.info, "torch.linalg.inv_ex", x.dim() == 2);
  return {lu_solve(f.lu, f.pivots, at::eye(x.size(-1), x.options()), true, false), f.info};
}

}  // namespace saddle::algebra
