#include "gamma_slope.hpp"

#include <saddle/portable.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace saddle {
namespace {

constexpr double rounding = 1e-17;
constexpr int most_terms = 10'000;  // of some 2000 that are needed at most

// With D = xᵃ e⁻ˣ/Γ(a), x times the density: F = D/a · M for M = Σ xⁿ/((a + 1)…(a + n)), and the slope is
// −(M (ln x − ψ(a + 1)) + ∂M/∂a)/a.
double by_series(double a, double x, double log_x) {
  double term = 1, inverses = 0, sum = 1, slope = 0;
  for (int n = 1; n < most_terms; ++n) {
    term *= x / (a + n);
    inverses += 1 / (a + n);
    sum += term;
    slope -= term * inverses;
    if (term <= rounding * sum && term * inverses <= rounding * -slope) break;
  }
  return -(sum * (log_x - portable::digamma(a + 1)) + slope) / a;
}

// 1 − F = D · C for C = 1/(x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(x + 5 − a − …))), and the slope is
// C (ln x − ψ(a)) + ∂C/∂a. Lentz's method, with derivatives.
double by_fraction(double a, double x, double log_x) {
  struct Dual {
    double value, slope;
    Dual operator+(const Dual& y) const { return {value + y.value, slope + y.slope}; }
    Dual operator*(const Dual& y) const { return {value * y.value, slope * y.value + value * y.slope}; }
    Dual inverse() const { return {1 / value, -slope / (value * value)}; }
  };
  Dual step{x + 1 - a, -1}, fraction = step, above = step, below{0, 0};
  for (int n = 1; n < most_terms; ++n) {
    const Dual over{n * (a - n), static_cast<double>(n)};
    step.value += 2;
    below = (step + over * below).inverse();
    above = step + over * above.inverse();
    const Dual change = above * below;
    fraction = fraction * change;
    if (std::abs(change.value - 1) < 1e-16 &&
        std::abs(change.slope * fraction.value) <= 1e-16 * std::abs(fraction.slope))
      break;
  }
  const Dual c = fraction.inverse();
  return c.value * (log_x - portable::digamma(a)) + c.slope;
}

// x as a polynomial of a normal number w (Cornish & Fisher 1938), solved for w and differentiated by a.
double by_normal_number(double a, double x) {
  const double r = std::sqrt(a);
  double w = (x - a) / r;
  for (int i = 0; i < 6; ++i) {
    const double w2 = w * w, w3 = w2 * w, w4 = w2 * w2;
    const double at_w = a + r * w + (w2 - 1) / 3 + (w3 - 7 * w) / (36 * r) -
                        (3 * w4 + 7 * w2 - 16) / (810 * a) +
                        (9 * w4 * w + 256 * w3 - 433 * w) / (38880 * a * r);
    const double by_w = r + 2 * w / 3 + (3 * w2 - 7) / (36 * r) - (12 * w3 + 14 * w) / (810 * a) +
                        (45 * w4 + 768 * w2 - 433) / (38880 * a * r);
    w -= (at_w - x) / by_w;
  }
  const double w2 = w * w, w3 = w2 * w, w4 = w2 * w2;
  const double slope = 1 + w / (2 * r) - (w3 - 7 * w) / (72 * a * r) +
                       (3 * w4 + 7 * w2 - 16) / (810 * a * a) -
                       (9 * w4 * w + 256 * w3 - 433 * w) / (25920 * a * a * r);
  return slope / x;
}

}  // namespace

double log_gamma_slope(double a, double log_x) {
  if (!(a > 0) || std::isinf(a) || std::isnan(log_x)) return std::numeric_limits<double>::quiet_NaN();
  const double x = portable::exp(log_x);
  // Far out, where no draw of this concentration gets, the sums have few terms.
  if (a > 1000 && std::abs(x - a) < std::max(7 * std::sqrt(a), 0.02 * a)) return by_normal_number(a, x);
  return x <= a + (a < 1 ? 1 : 0) ? by_series(a, x, log_x) : by_fraction(a, x, log_x);
}

}  // namespace saddle
