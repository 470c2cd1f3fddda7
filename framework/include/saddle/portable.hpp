// Elementary functions that give the same bits on every processor; the C library's and MKL's don't.
#pragma once
#include <saddle/export.hpp>

#include <cstdint>

/// SLEEF's functions without fused multiply-adds (Shibata & Petrogalli 2020): at most 1 unit in the last
/// place from the true value, erfc 1.5. Draws, schedules and whatever else enters a trial's numbers go
/// through them.
namespace saddle::portable {

SADDLE_API double exp(double x);
SADDLE_API double exp2(double x);
SADDLE_API double expm1(double x);
SADDLE_API double log(double x);
SADDLE_API double log2(double x);
SADDLE_API double log10(double x);
SADDLE_API double log1p(double x);
SADDLE_API double pow(double x, double y);
SADDLE_API double sin(double x);
SADDLE_API double cos(double x);
SADDLE_API double tan(double x);
SADDLE_API double sinh(double x);
SADDLE_API double cosh(double x);
SADDLE_API double tanh(double x);
SADDLE_API double asin(double x);
SADDLE_API double acos(double x);
SADDLE_API double atan(double x);
SADDLE_API double erf(double x);
SADDLE_API double erfc(double x);
/// ln |Γ(x)|
SADDLE_API double lgamma(double x);
SADDLE_API double tgamma(double x);
/// The n-th derivative of ψ(x) = Γ′(x)/Γ(x), to about 1e-14 for n up to 100 where xⁿ⁺¹ is finite. Infinite or
/// NaN at 0, −1, …; NaN below −10⁶ unless n is 0.
SADDLE_API double polygamma(int64_t n, double x);
SADDLE_API double digamma(double x);

}  // namespace saddle::portable
