#include "normalise.hpp"

#include <saddle/layers.hpp>
#include <saddle/vectorize.hpp>

#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <vector>

#include "function.hpp"
#include "recording.hpp"

namespace saddle {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// Over the columns of a row; sums are kept in float64.
#define SADDLE_NORMALISE(T)                                                                                \
  SADDLE_VECTORIZE void add_sums(const T* __restrict x, double* __restrict sums, int64_t n) {              \
    for (int64_t c = 0; c < n; ++c) sums[c] += static_cast<double>(x[c]);                                  \
  }                                                                                                        \
  SADDLE_VECTORIZE void add_squares(const T* __restrict x, const T* __restrict mean,                       \
                                    double* __restrict sums, int64_t n) {                                  \
    for (int64_t c = 0; c < n; ++c) {                                                                      \
      const T d = x[c] - mean[c];                                                                          \
      sums[c] += static_cast<double>(d * d);                                                               \
    }                                                                                                      \
  }                                                                                                        \
  SADDLE_VECTORIZE void put_normalised(const T* __restrict x, const T* __restrict mean,                    \
                                       const T* __restrict factor, const T* __restrict shift,              \
                                       T* __restrict y, int64_t n) {                                       \
    for (int64_t c = 0; c < n; ++c) y[c] = (x[c] - mean[c]) * factor[c] + shift[c];                        \
  }                                                                                                        \
  SADDLE_VECTORIZE void add_slopes(const T* __restrict g, const T* __restrict x, const T* __restrict mean, \
                                   const T* __restrict root, double* __restrict shifts,                    \
                                   double* __restrict scales, int64_t n) {                                 \
    for (int64_t c = 0; c < n; ++c) {                                                                      \
      shifts[c] += static_cast<double>(g[c]);                                                              \
      scales[c] += static_cast<double>(g[c] * ((x[c] - mean[c]) * root[c]));                               \
    }                                                                                                      \
  }                                                                                                        \
  SADDLE_VECTORIZE void put_slopes(const T* __restrict g, const T* __restrict x, const T* __restrict mean, \
                                   const T* __restrict root, const T* __restrict scale,                    \
                                   const T* __restrict shifts, const T* __restrict scales,                 \
                                   T* __restrict out, int64_t n) {                                         \
    for (int64_t c = 0; c < n; ++c)                                                                        \
      out[c] = (g[c] * scale[c] - shifts[c] - ((x[c] - mean[c]) * root[c]) * scales[c]) * root[c];         \
  }
SADDLE_NORMALISE(float)
SADDLE_NORMALISE(double)
#undef SADDLE_NORMALISE

// One lane's rows, and by column what is spread over a row. The sums of a sample's rows are summed over its
// columns in the columns' order.
template <class T>
struct Lane {
  Statistics statistics;
  int64_t total, rows, columns;  // rows: over which a statistic goes
  double epsilon;

  int64_t groups() const { return statistics == Statistics::columns ? 1 : total / rows; }
  int64_t in_group() const { return statistics == Statistics::columns ? total : rows; }
  double count() const {
    return static_cast<double>(statistics == Statistics::columns ? total : rows * columns);
  }
  int64_t statistics_of_group() const { return statistics == Statistics::columns ? columns : 1; }

  void pool(std::vector<double>& sums) const {
    if (statistics == Statistics::columns) return;
    double sum = 0;
    for (const double one : sums) sum += one;
    std::fill(sums.begin(), sums.end(), sum);
  }

  void forward(const T* x, const T* scale, const T* shift, T* y, T* mean, T* variance, T* root) const {
    const auto n = static_cast<size_t>(columns);
    std::vector<double> sums(n);
    std::vector<T> means(n), factors(n);
    for (int64_t group = 0; group < groups(); ++group) {
      const int64_t first = group * in_group(), last = first + in_group();
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int64_t r = first; r < last; ++r) add_sums(x + r * columns, sums.data(), columns);
      pool(sums);
      for (size_t c = 0; c < n; ++c) means[c] = static_cast<T>(sums[c] / count());
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int64_t r = first; r < last; ++r) add_squares(x + r * columns, means.data(), sums.data(), columns);
      pool(sums);
      for (size_t c = 0; c < n; ++c) {
        const double of_column = sums[c] / count();
        const auto reciprocal = static_cast<T>(1 / std::sqrt(of_column + epsilon));
        factors[c] = reciprocal * scale[c];
        const auto at = static_cast<int64_t>(c);
        if (at >= statistics_of_group()) continue;
        mean[group + at] = means[c];
        variance[group + at] = static_cast<T>(of_column);
        root[group + at] = reciprocal;
      }
      for (int64_t r = first; r < last; ++r)
        put_normalised(x + r * columns, means.data(), factors.data(), shift, y + r * columns, columns);
    }
  }

  void backward(const T* g, const T* x, const T* mean, const T* root, const T* scale, T* gx, T* of_scale,
                T* of_shift) const {
    const auto n = static_cast<size_t>(columns);
    std::vector<double> shifts(n), scales(n), all_shifts(n), all_scales(n);
    std::vector<T> means(n), roots(n), by_shift(n), by_scale(n);
    for (int64_t group = 0; group < groups(); ++group) {
      const int64_t first = group * in_group(), last = first + in_group();
      for (size_t c = 0; c < n; ++c) {
        const int64_t at = statistics == Statistics::columns ? static_cast<int64_t>(c) : group;
        means[c] = mean[at], roots[c] = root[at];
      }
      std::fill(shifts.begin(), shifts.end(), 0.0), std::fill(scales.begin(), scales.end(), 0.0);
      for (int64_t r = first; r < last; ++r)
        add_slopes(g + r * columns, x + r * columns, means.data(), roots.data(), shifts.data(), scales.data(),
                   columns);
      for (size_t c = 0; c < n; ++c) {
        all_shifts[c] += shifts[c], all_scales[c] += scales[c];
        shifts[c] *= static_cast<double>(scale[c]), scales[c] *= static_cast<double>(scale[c]);
      }
      pool(shifts), pool(scales);
      for (size_t c = 0; c < n; ++c) {
        by_shift[c] = static_cast<T>(shifts[c] / count());
        by_scale[c] = static_cast<T>(scales[c] / count());
      }
      for (int64_t r = first; r < last; ++r)
        put_slopes(g + r * columns, x + r * columns, means.data(), roots.data(), scale, by_shift.data(),
                   by_scale.data(), gx + r * columns, columns);
    }
    for (size_t c = 0; c < n; ++c)
      of_shift[c] = static_cast<T>(all_shifts[c]), of_scale[c] = static_cast<T>(all_scales[c]);
  }
};

// The same by operators that can be differentiated again.
struct Composed {
  Statistics statistics;
  int64_t rows;
  double epsilon;
  at::IntArrayRef shape;  // of x

  double count() const {
    return static_cast<double>(statistics == Statistics::columns ? shape[1] : rows * shape[2]);
  }
  Tensor samples(const Tensor& x) const { return x.view({shape[0], shape[1] / rows, rows * shape[2]}); }
  Tensor mean(const Tensor& x) const {
    return (statistics == Statistics::columns ? column_sum(x) : sample_sum(samples(x))) / count();
  }
  Tensor plus(const Tensor& x, const Tensor& v) const {
    return statistics == Statistics::columns ? add_to_rows(x, v) : add_to_columns(samples(x), v).view(shape);
  }
  Tensor times(const Tensor& x, const Tensor& v) const {
    return statistics == Statistics::columns ? multiply_rows(x, v)
                                             : multiply_columns(samples(x), v).view(shape);
  }
  Tensor reciprocal_root(const Tensor& variance) const { return (variance + epsilon).sqrt().reciprocal(); }

  NormalisedRows forward(const Tensor& x, const Tensor& scale, const Tensor& shift) const {
    const Tensor of_x = mean(x), centred = plus(x, -of_x), variance = mean(centred * centred);
    const Tensor normal = times(centred, reciprocal_root(variance));
    return {add_to_rows(multiply_rows(normal, scale), shift), of_x.detach(), variance.detach()};
  }
  variable_list backward(const Tensor& g, const Tensor& x, const Tensor& scale) const {
    const Tensor centred = plus(x, -mean(x)), root = reciprocal_root(mean(centred * centred));
    const Tensor normal = times(centred, root), scaled = multiply_rows(g, scale);
    const Tensor gx = times(plus(scaled, -mean(scaled)) - times(normal, mean(scaled * normal)), root);
    return {gx, column_sum(g * normal), column_sum(g)};
  }
};

struct NormaliseFunction : LaneFunction<NormaliseFunction> {
  static variable_list value(AutogradContext* ctx, const Tensor& x_any, const Tensor& scale_any,
                             const Tensor& shift_any, int64_t statistics, int64_t rows, double epsilon) {
    const Tensor x = x_any.contiguous(), scale = scale_any.contiguous(), shift = shift_any.contiguous();
    const int64_t lanes = x.size(0), total = x.size(1), columns = x.size(2);
    const auto which = static_cast<Statistics>(statistics);
    const int64_t kept = which == Statistics::columns ? columns : total / rows;
    Tensor y = at::empty_like(x), mean = at::empty({lanes, kept}, x.options()),
           variance = at::empty_like(mean), root = at::empty_like(mean);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "normalise", [&] {
      const Lane<scalar_t> lane{which, total, rows, columns, epsilon};
      run_kernel({&x, &scale, &shift}, {&y, &mean, &variance, &root}, [=](char* const* p) {
        const auto at = [&](int operand, int64_t size) {
          return reinterpret_cast<scalar_t*>(p[operand]) + size;
        };
        for (int64_t i = 0; i < lanes; ++i)
          lane.forward(at(0, i * total * columns), at(1, i * columns), at(2, i * columns),
                       at(3, i * total * columns), at(4, i * kept), at(5, i * kept), at(6, i * kept));
      });
    });
    ctx->save_for_backward({x_any, scale_any, mean, root});
    ctx->saved_data["statistics"] = statistics;
    ctx->saved_data["rows"] = rows;
    ctx->saved_data["epsilon"] = epsilon;
    ctx->mark_non_differentiable({mean, variance});
    return {y, mean, variance};
  }

  static variable_list slopes(AutogradContext* ctx, const variable_list& grads) {
    const auto saved = ctx->get_saved_variables();
    const auto statistics = static_cast<Statistics>(ctx->saved_data["statistics"].toInt());
    const int64_t rows = ctx->saved_data["rows"].toInt();
    const double epsilon = ctx->saved_data["epsilon"].toDouble();
    const Tensor x = saved[0].contiguous(), g = grads[0].contiguous();
    variable_list slopes;
    if (at::GradMode::is_enabled()) {
      slopes = Composed{statistics, rows, epsilon, x.sizes()}.backward(g, x, saved[1]);
    } else {
      const Tensor scale = saved[1].contiguous(), &mean = saved[2], &root = saved[3];
      const int64_t lanes = x.size(0), total = x.size(1), columns = x.size(2), kept = mean.size(1);
      Tensor gx = at::empty_like(x), of_scale = at::empty_like(scale), of_shift = at::empty_like(scale);
      AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "normalise_backward", [&] {
        const Lane<scalar_t> lane{statistics, total, rows, columns, epsilon};
        run_kernel({&g, &x, &mean, &root, &scale}, {&gx, &of_scale, &of_shift}, [=](char* const* p) {
          const auto at = [&](int operand, int64_t size) {
            return reinterpret_cast<scalar_t*>(p[operand]) + size;
          };
          for (int64_t i = 0; i < lanes; ++i)
            lane.backward(at(0, i * total * columns), at(1, i * total * columns), at(2, i * kept),
                          at(3, i * kept), at(4, i * columns), at(5, i * total * columns), at(6, i * columns),
                          at(7, i * columns));
        });
      });
      slopes = {gx, of_scale, of_shift};
    }
    return {slopes[0], slopes[1], slopes[2], Variable(), Variable(), Variable()};
  }
};

}  // namespace

NormalisedRows normalise(const Tensor& x, const Tensor& scale, const Tensor& shift, Statistics statistics,
                         int64_t rows, double epsilon) {
  if (!x.is_cpu())
    return Composed{statistics, rows, epsilon, x.sizes()}.forward(x.contiguous(), scale, shift);
  auto all = NormaliseFunction::apply(x, scale, shift, static_cast<int64_t>(statistics), rows, epsilon);
  return {all[0], all[1], all[2]};
}

}  // namespace saddle
