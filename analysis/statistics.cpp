#include "analysis/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace saddle::analysis {

double student_t_quantile(double p, double degrees) {
  return boost::math::quantile(boost::math::students_t_distribution<double>(degrees), p);
}

Summary summarize(std::span<const double> values, double confidence) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Summary summary{0, nan, nan, nan};
  long double sum = 0;
  for (double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++summary.n;
  }
  if (summary.n == 0) return summary;
  const auto n = static_cast<double>(summary.n);
  const long double mean = sum / static_cast<long double>(n);
  summary.mean = static_cast<double>(mean);
  if (summary.n < 2) return summary;
  long double squares = 0;
  for (double value : values)
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  summary.sd = static_cast<double>(std::sqrt(squares / static_cast<long double>(n - 1)));
  summary.half_width = student_t_quantile(0.5 + confidence / 2, n - 1) * summary.sd / std::sqrt(n);
  return summary;
}

}  // namespace saddle::analysis
