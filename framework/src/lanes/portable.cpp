#include <saddle/portable.hpp>

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
