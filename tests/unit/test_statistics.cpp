// Expected values are SciPy's: tests/fixtures/t_statistics.py prints them.
#include "catch.hpp"

#include "analysis/statistics.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace saddle::analysis;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct Quantile {
  double p, degrees, value;
};

struct Case {
  std::vector<double> values;
  double mean, sd, low, high;
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b)); }

}  // namespace

TEST_CASE("Student's t quantiles agree with SciPy to twelve digits") {
  for (const Quantile& q : std::vector<Quantile>{{0.975, 1, 12.706204736174694},
                                                 {0.975, 2, 4.302652729749462},
                                                 {0.975, 4, 2.7764451051977934},
                                                 {0.975, 9, 2.262157162798205},
                                                 {0.975, 1000, 1.9623390808264083},
                                                 {0.95, 3, 2.3533634348018233},
                                                 {0.995, 7, 3.4994832973504924},
                                                 {0.025, 5, -2.5705818356363155},
                                                 {0.5, 3, 0.0},
                                                 {0.975, 2.5, 3.5746548420036817}}) {
    INFO("p = " << q.p << ", degrees = " << q.degrees);
    CHECK(near(student_t_quantile(q.p, q.degrees), q.value));
  }
}

TEST_CASE("Mean, standard deviation and 95 % interval agree with SciPy") {
  const std::vector<Case> cases{
      {{1, 2, 4}, 2.3333333333333335, 1.5275252316519465, -1.461249700263426, 6.1279163669300925},
      {{0.931, 0.945, 0.928, 0.951, 0.917},
       0.9344,
       0.013630847369110946,
       0.9174750675567643,
       0.9513249324432355},
      {{1e8 + 1, 1e8 + 2, 1e8 + 4},
       100000002.33333333,
       1.5275252316519465,
       99999998.53875029,
       100000006.12791637},
      {{-3.5, 12.25}, 4.375, 11.136931803688123, -95.68636229737571, 104.43636229737571}};
  for (const Case& c : cases) {
    const Summary s = summarize(c.values);
    INFO("first value " << c.values.front());
    CHECK(s.n == c.values.size());
    CHECK(near(s.mean, c.mean));
    CHECK(near(s.sd, c.sd));
    CHECK(near(s.low(), c.low));
    CHECK(near(s.high(), c.high));
  }
}

TEST_CASE("One value has a mean but no interval, no value has neither") {
  const Summary one = summarize(std::vector<double>{3.5});
  CHECK(one.n == 1);
  CHECK(one.mean == 3.5);
  CHECK(std::isnan(one.sd));
  CHECK_FALSE(one.has_interval());
  const Summary none = summarize(std::vector<double>{});
  CHECK(none.n == 0);
  CHECK(std::isnan(none.mean));
  CHECK_FALSE(none.has_interval());
}

TEST_CASE("Missing values are left out of the mean and of the count") {
  const Summary s = summarize(std::vector<double>{missing, 1, 2, missing, 4});
  CHECK(s.n == 3);
  CHECK(near(s.mean, 2.3333333333333335));
  CHECK(near(s.low(), -1.461249700263426));
  CHECK(summarize(std::vector<double>{missing, missing}).n == 0);
}

TEST_CASE("Equal values have an interval of no width") {
  const Summary s = summarize(std::vector<double>{0.1, 0.1, 0.1});
  CHECK(s.mean == 0.1);
  CHECK(s.sd == 0);
  CHECK(s.half_width == 0);
}
