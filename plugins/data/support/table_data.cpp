#include "table_data.hpp"
#include <saddle/portable.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace saddle {
namespace {

double itself(double x) { return x; }
double before_log1p(double x) { return portable::expm1(x); }

/// The k features of the largest score, in the order of the table; of equal ones the first.
Tensor best(const Tensor& score, int64_t k) {
  const Tensor known =
      at::where(score.isnan(), at::full_like(score, -std::numeric_limits<double>::infinity()), score);
  return std::get<0>(at::sort(known.argsort(true, 0, true).narrow(0, 0, k)));
}

/// Which row of x [n, column] it is; −1: all are finite. A part of a file at a time.
int64_t first_not_finite(const Tensor& x) {
  if (!x.is_floating_point()) return -1;
  const int64_t most = std::max<int64_t>(1, (int64_t{1} << 22) / std::max<int64_t>(x.size(1), 1));
  for (int64_t first = 0; first < x.size(0); first += most) {
    const Tensor bad = x.narrow(0, first, std::min(most, x.size(0) - first)).isfinite().logical_not().any(1);
    if (bad.any().item<bool>()) return first + bad.to(at::kInt).argmax().item<int64_t>();
  }
  return -1;
}

}  // namespace

Tensor normalised_dispersion(const ColumnMoments& moments) {
  constexpr int64_t bins = 20;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor mean = moments.mean.clamp_min(1e-12).log1p();
  Tensor dispersion = moments.variance / moments.mean.clamp_min(1e-12);
  dispersion = at::where(dispersion == 0, at::full_like(dispersion, nan), dispersion).log();
  // As pandas.cut: equal bins, open on the left, the first one wider by a thousandth of the range.
  const double low = mean.min().item<double>(), high = mean.max().item<double>();
  const Tensor edges = at::linspace(low, high, bins + 1, at::kDouble);
  const Tensor bin = (at::bucketize(mean, edges.contiguous()) - 1).clamp(0, bins - 1);
  Tensor result = at::full_like(dispersion, nan);
  for (int64_t b = 0; b < bins; ++b) {
    const Tensor own = (bin == b).nonzero().flatten();
    const Tensor all = dispersion.index_select(0, own);
    const Tensor finite = all.masked_select(all.isnan().logical_not());
    if (finite.numel() == 0) continue;
    // A bin of one feature: its deviation is the mean, and 0 its mean, so that the feature scores 1.
    const bool alone = finite.numel() == 1;
    const double centre = alone ? 0 : finite.mean().item<double>();
    const double unit = alone ? finite.item<double>() : finite.std().item<double>();
    result.index_copy_(0, own, (all - centre) / unit);
  }
  return result;
}

void TableData::keep_array(const Tensor& samples, const Labels& labels, const std::string& name) {
  if (samples.dim() == 0) throw ParamError("path", name + ": a single number, not an array of samples");
  if (samples.numel() == 0) throw ParamError("path", name + ": an array without elements");
  // Rows of numbers; images become what they were when nothing is selected from them.
  Table table{name, samples.reshape({samples.size(0), -1}), {}, labels};
  if (const int64_t bad = first_not_finite(table.dense); bad >= 0)
    throw ParamError("path", fmt::format("{}: sample {} is not finite", name, bad));
  if (samples.dim() > 2 && variable_features_ > 0)
    throw ParamError("variable_features", name + " has samples of several axes, from which none are chosen");
  if (changes()) transform(table);
  const bool columns = samples.dim() <= 2;
  Shape shape = samples.sizes().vec();
  const Labels named =
      labels.index.defined() && labels.classes.empty() ? number_classes(labels.index) : labels;
  keep(columns ? table.dense : table.dense.reshape(shape), named.index, name);
  name_classes(named.classes);
}

void TableData::keep_table(Table table) {
  if (table.rows() == 0 || table.columns() == 0)
    throw ParamError("path", fmt::format("{}: {} rows and {} columns: no numbers", table.name, table.rows(),
                                         table.columns()));
  check_finite(table);
  if (changes()) transform(table);
  make_dense(table);
  keep(table.dense, table.labels.index, table.name);
  name_classes(table.labels.classes);
}

void TableData::transform(Table& table) {
  if (!scale_to_.empty() && (scale_to_.size() != 2 || !(scale_to_[0] < scale_to_[1])))
    throw ParamError("scale_to", "two numbers are needed, the smaller one first");
  if (target_sum_ > 0 || log1p_) {
    if (const double least = smallest(table); least < 0)
      throw ParamError(target_sum_ > 0 ? "target_sum" : "log1p",
                       fmt::format("{} holds negative numbers, {} for one", table.name, number_text(least)));
    const Tensor sums = row_sums(table), ones = at::ones_like(sums);
    normalise(table, target_sum_ > 0 ? at::where(sums == 0, ones, target_sum_ / sums) : ones, log1p_);
  }
  if (variable_features_ > 0) {
    if (variable_features_ > table.columns())
      throw ParamError("variable_features",
                       fmt::format("{} has {} features only", table.name, table.columns()));
    const bool dispersion = variable_by_ == "dispersion";
    const ColumnMoments moments = column_moments(table, dispersion && log1p_ ? before_log1p : itself);
    select_columns(table,
                   best(dispersion ? normalised_dispersion(moments) : moments.variance, variable_features_));
  }
  if (scale_to_.empty()) return;
  make_dense(table);
  const Tensor x = table.dense.to(at::kDouble);
  const double low = x.min().item<double>(), span = x.max().item<double>() - low;
  table.dense = (x - low) / (span > 0 ? span : 1) * (scale_to_[1] - scale_to_[0]) + scale_to_[0];
}

}  // namespace saddle
