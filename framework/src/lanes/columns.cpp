// Sums of columns, and vectors spread over the rows or columns of every lane's matrix.
#include <saddle/layers.hpp>
#include <saddle/vectorize.hpp>

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <vector>

#include "function.hpp"
#include "recording.hpp"

namespace saddle {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

#define SADDLE_COLUMNS(T)                                                                                   \
  SADDLE_VECTORIZE void sum_columns(const T* __restrict x, double* __restrict sums, int64_t rows,           \
                                    int64_t columns) {                                                      \
    for (int64_t c = 0; c < columns; ++c) sums[c] = 0;                                                      \
    for (int64_t r = 0; r < rows; ++r)                                                                      \
      for (int64_t c = 0; c < columns; ++c) sums[c] += static_cast<double>(x[r * columns + c]);             \
  }                                                                                                         \
  SADDLE_VECTORIZE void add_row(const T* __restrict x, const T* __restrict v, T* __restrict y, int64_t n) { \
    for (int64_t c = 0; c < n; ++c) y[c] = x[c] + v[c];                                                     \
  }                                                                                                         \
  SADDLE_VECTORIZE void multiply_row(const T* __restrict x, const T* __restrict v, T* __restrict y,         \
                                     int64_t n) {                                                           \
    for (int64_t c = 0; c < n; ++c) y[c] = x[c] * v[c];                                                     \
  }                                                                                                         \
  SADDLE_VECTORIZE void add_number(const T* __restrict x, T v, T* __restrict y, int64_t n) {                \
    for (int64_t c = 0; c < n; ++c) y[c] = x[c] + v;                                                        \
  }                                                                                                         \
  SADDLE_VECTORIZE void multiply_number(const T* __restrict x, T v, T* __restrict y, int64_t n) {           \
    for (int64_t c = 0; c < n; ++c) y[c] = x[c] * v;                                                        \
  }
SADDLE_COLUMNS(float)
SADDLE_COLUMNS(double)
#undef SADDLE_COLUMNS

Tensor spread_sum(const Tensor& x, bool to_rows) { return to_rows ? column_sum(x) : sample_sum(x); }
Tensor spread_multiply(const Tensor& x, const Tensor& v, bool to_rows) {
  return to_rows ? multiply_rows(x, v) : multiply_columns(x, v);
}

struct ColumnSumFunction : LaneFunction<ColumnSumFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x) {
    ctx->saved_data["rows"] = x.size(1);
    const Tensor from = x.contiguous();
    const int64_t lanes = x.size(0), rows = x.size(1), columns = x.size(2);
    Tensor to = at::empty({lanes, columns}, x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "column_sum", [&] {
      run_kernel({&from}, {&to}, [=](char* const* p) {
        std::vector<double> sums(static_cast<size_t>(columns));
        for (int64_t lane = 0; lane < lanes; ++lane) {
          sum_columns(reinterpret_cast<const scalar_t*>(p[0]) + lane * rows * columns, sums.data(), rows,
                      columns);
          auto* out = reinterpret_cast<scalar_t*>(p[1]) + lane * columns;
          for (int64_t c = 0; c < columns; ++c) out[c] = static_cast<scalar_t>(sums[static_cast<size_t>(c)]);
        }
      });
    });
    return to;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const int64_t rows = ctx->saved_data["rows"].toInt();
    return {add_to_rows(at::zeros({g[0].size(0), rows, g[0].size(1)}, g[0].options()), g[0])};
  }
};

// A vector added to every row or column, or multiplied by.
struct SpreadFunction : LaneFunction<SpreadFunction> {
  static Tensor value(AutogradContext* ctx, const Tensor& x_any, const Tensor& v_any, bool to_rows,
                      bool multiplies) {
    ctx->saved_data["to_rows"] = to_rows;
    ctx->saved_data["multiplies"] = multiplies;
    if (multiplies) ctx->save_for_backward({x_any, v_any});
    const Tensor x = x_any.contiguous(), v = v_any.contiguous();
    const int64_t lanes = x.size(0), rows = x.size(1), columns = x.size(2);
    TORCH_CHECK(v.dim() == 2 && v.size(0) == lanes && v.size(1) == (to_rows ? columns : rows), "a vector of ",
                v.sizes(), " doesn't spread over ", to_rows ? "rows" : "columns", " of ", x.sizes());
    Tensor y = at::empty_like(x);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "spread", [&] {
      run_kernel({&x, &v}, {&y}, [=](char* const* p) {
        const auto* from = reinterpret_cast<const scalar_t*>(p[0]);
        const auto* by = reinterpret_cast<const scalar_t*>(p[1]);
        auto* to = reinterpret_cast<scalar_t*>(p[2]);
        for (int64_t r = 0; r < lanes * rows; ++r, from += columns, to += columns) {
          const auto* of_row = to_rows ? by + r / rows * columns : by + r;
          if (to_rows)
            (multiplies ? multiply_row(from, of_row, to, columns) : add_row(from, of_row, to, columns));
          else
            (multiplies ? multiply_number(from, *of_row, to, columns)
                        : add_number(from, *of_row, to, columns));
        }
      });
    });
    return y;
  }
  static variable_list slopes(AutogradContext* ctx, const variable_list& g) {
    const bool to_rows = ctx->saved_data["to_rows"].toBool();
    Tensor gx, gv;
    if (!ctx->saved_data["multiplies"].toBool()) {
      gx = g[0];
      if (ctx->needs_input_grad(1)) gv = spread_sum(g[0], to_rows);
    } else {
      const auto saved = ctx->get_saved_variables();
      if (ctx->needs_input_grad(0)) gx = spread_multiply(g[0], saved[1], to_rows);
      if (ctx->needs_input_grad(1)) gv = spread_sum(g[0] * saved[0], to_rows);
    }
    return {gx, gv, Variable(), Variable()};
  }
};

}  // namespace

Tensor column_sum(const Tensor& x) {
  return x.is_cpu() ? ColumnSumFunction::apply(x) : x.sum(1, false, at::kDouble).to(x.scalar_type());
}
Tensor add_to_rows(const Tensor& x, const Tensor& v) {
  return x.is_cpu() ? SpreadFunction::apply(x, v, true, false) : x + v.unsqueeze(1);
}
Tensor multiply_rows(const Tensor& x, const Tensor& v) {
  return x.is_cpu() ? SpreadFunction::apply(x, v, true, true) : x * v.unsqueeze(1);
}
Tensor add_to_columns(const Tensor& x, const Tensor& v) {
  return x.is_cpu() ? SpreadFunction::apply(x, v, false, false) : x + v.unsqueeze(2);
}
Tensor multiply_columns(const Tensor& x, const Tensor& v) {
  return x.is_cpu() ? SpreadFunction::apply(x, v, false, true) : x * v.unsqueeze(2);
}

}  // namespace saddle
