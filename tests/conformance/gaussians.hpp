// Known distributions on the line, as divergences are asked about them.
#pragma once
#include "check/gaussians.hpp"
#include "unit/plugin_fixture.hpp"

namespace saddle::testing {

using check::densities;
using check::Gaussian;

/// What N(0, 1) is to q, by papers.md, section 4: computed there, to the digits given.
struct Truth {
  Gaussian q;
  double energy, w1, w2, kl, reverse_kl, js, total_variation, hellinger, pearson;
  std::array<double, 3> mmd;  ///< squared, at bandwidths ½, 1 and 2; NaN where it is not given
};
inline const std::vector<Truth>& truths() {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  static const std::vector<Truth> all{{{1, 1},
                                       .54180658,
                                       1,
                                       1,
                                       .5,
                                       .5,
                                       .11142148,
                                       .38292492,
                                       .23500619,
                                       1.71828183,
                                       {.13284173, .17726763, .13056692}},
                                      {{2, 1},
                                       1.94425983,
                                       2,
                                       2,
                                       2,
                                       2,
                                       .33683082,
                                       .68268949,
                                       .78693868,
                                       53.59815003,
                                       {.39259181, .56185751, .46290243}},
                                      {{0, 2},
                                       .18311073,
                                       .79788456,
                                       1,
                                       .31814718,
                                       .80685282,
                                       .09273338,
                                       .32267457,
                                       .21114562,
                                       .51185789,
                                       {.07097521, .09418702, .06051352}},
                                      {{1, 2},
                                       .53410532,
                                       1.16663094,
                                       1.41421356,
                                       .44314718,
                                       1.30685282,
                                       .12817497,
                                       .39006566,
                                       .29838908,
                                       .74402634,
                                       {.11062259, .15947048, .13256756}},
                                      {{.1, 1},
                                       .00563955,
                                       .1,
                                       .1,
                                       .005,
                                       .005,
                                       .00124844,
                                       .03987761,
                                       .00249844,
                                       .01005017,
                                       {.00147984, .00192290, .00136026}},
                                      {{3, .5},
                                       4.31243801,
                                       3,
                                       3.04138127,
                                       18.80685282,
                                       4.81814718,
                                       .63086799,
                                       .95741283,
                                       1.70430436,
                                       INFINITY,
                                       {none, none, none}}};
  return all;
}

/// The divergence at the best critic, at the defaults or the settings given.
inline double exact(const std::string& name, const Densities& d, const Settings& settings = {}) {
  const PluginObject object = make(Kind::divergence, name, settings);
  const auto value = object.as<Divergence>().exact(d);
  REQUIRE(value.has_value());
  return number(*value);
}

}  // namespace saddle::testing
