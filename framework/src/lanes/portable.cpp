#include <saddle/portable.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

// Declared here: LibTorch brings a sleef.h of its own, of another version. Its copy of the library lacks
// these.
#define SADDLE_SLEEF(name, function)                      \
  extern "C" double Sleef_cinz_##function##purec(double); \
  double saddle::portable::name(double x) { return Sleef_cinz_##function##purec(x); }

SADDLE_SLEEF(exp, expd1_u10)
SADDLE_SLEEF(exp2, exp2d1_u10)
SADDLE_SLEEF(expm1, expm1d1_u10)
SADDLE_SLEEF(log, logd1_u10)
SADDLE_SLEEF(log2, log2d1_u10)
SADDLE_SLEEF(log10, log10d1_u10)
SADDLE_SLEEF(log1p, log1pd1_u10)
SADDLE_SLEEF(sin, sind1_u10)
SADDLE_SLEEF(cos, cosd1_u10)
SADDLE_SLEEF(tan, tand1_u10)
SADDLE_SLEEF(sinh, sinhd1_u10)
SADDLE_SLEEF(cosh, coshd1_u10)
SADDLE_SLEEF(tanh, tanhd1_u10)
SADDLE_SLEEF(asin, asind1_u10)
SADDLE_SLEEF(acos, acosd1_u10)
SADDLE_SLEEF(atan, atand1_u10)
SADDLE_SLEEF(erf, erfd1_u10)
SADDLE_SLEEF(erfc, erfcd1_u15)
SADDLE_SLEEF(lgamma, lgammad1_u10)
SADDLE_SLEEF(tgamma, tgammad1_u10)

extern "C" double Sleef_cinz_powd1_u10purec(double, double);
double saddle::portable::pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }

namespace saddle::portable {
namespace {

// B₂, B₄, …
constexpr std::array bernoulli{1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                               5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};

double power(double x, int64_t n) {
  double product = 1;
  for (; n > 0; --n) product *= x;
  return product;
}

double tangent_of_pi(double x) {
  const double rest = x - std::round(x);  // the period is 1
  return tan(std::numbers::pi * rest);
}

}  // namespace

// Abramowitz & Stegun 6.3.18, from 12 on; below by the recurrence ψ(x) = ψ(x + 1) − 1/x.
double digamma(double x) {
  if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
  if (x < 0) {
    if (x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
    return digamma(1 - x) - std::numbers::pi / tangent_of_pi(x);
  }
  double below = 0;
  for (; x < 12; ++x) below += 1 / x;
  const double z = 1 / (x * x);
  double series = 0;
  for (size_t k = bernoulli.size(); k-- > 0;) series = (series + bernoulli[k] / (2.0 * (k + 1))) * z;
  return log(x) - 0.5 / x - series - below;
}

// Abramowitz & Stegun 6.4.11, from 12 + n on; below by the recurrence ψⁿ(x) = ψⁿ(x + 1) − (−1)ⁿ n!/xⁿ⁺¹.
double polygamma(int64_t n, double x) {
  if (n == 0) return digamma(x);
  if (!(x > -1e6)) return std::numeric_limits<double>::quiet_NaN();  // each unit below 0 is a step
  const auto order = static_cast<double>(n);
  double below = 0;  // Σ 1/xⁿ⁺¹
  for (; x < 12 + order; ++x) below += 1 / power(x, n + 1);
  // Over n!: 1/(n xⁿ) + 1/(2 xⁿ⁺¹) + Σ B₂ₖ (2k + n − 1)!/((2k)! n!) / x²ᵏ⁺ⁿ
  double factor = (order + 1) / 2, far = 1 / power(x, n), sum = far / order + far / (2 * x);
  for (size_t k = 0; k < bernoulli.size(); ++k) {
    far /= x * x;
    sum += bernoulli[k] * factor * far;
    const double twice = 2.0 * static_cast<double>(k + 1);
    factor *= (twice + order) * (twice + order + 1) / ((twice + 1) * (twice + 2));
  }
  double factorial = 1;
  for (int64_t i = 2; i <= n; ++i) factorial *= static_cast<double>(i);
  return (n % 2 == 0 ? -1 : 1) * factorial * (sum + below);
}

}  // namespace saddle::portable
