// Statistics of a handful of trials: mean, spread and how far the mean can be trusted.
#pragma once
#include <cstddef>
#include <span>

namespace saddle::analysis {

/// The p-quantile of Student's t distribution, 0 < p < 1, with `degrees` > 0 degrees of freedom.
double student_t_quantile(double p, double degrees);

struct Summary {
  size_t n = 0;           ///< values that are there; NaN counts as missing
  double mean = 0;        ///< NaN for no value
  double sd = 0;          ///< with n − 1; NaN for fewer than two values
  double half_width = 0;  ///< of the two-sided confidence interval of the mean; NaN for fewer than two values

  bool has_interval() const { return half_width == half_width; }
  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
};

/// Mean and its interval by Student's t, as for independent normal values.
Summary summarize(std::span<const double> values, double confidence = 0.95);

}  // namespace saddle::analysis
