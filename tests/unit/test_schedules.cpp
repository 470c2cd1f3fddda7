// Schedules of the learning rate and averages of the weights, against closed forms.
#include <cmath>
#include <numbers>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

double factor(const char* name, const Settings& settings, double progress, int64_t lane = 0,
              int64_t lanes = 1) {
  return make(Kind::schedule, name, settings, lanes).as<Schedule>().factor(progress, lane);
}

// The average after weights 0, 1, 4, 9, … as the core forms it.
double average_of_squares(const Average& average, int64_t count, int64_t lane = 0) {
  double mean = 0;
  for (int64_t k = 0; k < count; ++k) {
    const double weights = static_cast<double>(k * k);
    mean += (k == 0 ? 1.0 : average.share(k, lane)) * (weights - mean);
  }
  return mean;
}

}  // namespace

TEST_CASE("every schedule starts at 1, is positive before its end, and warms up linearly") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::schedule)) {
    CAPTURE(plugin->name());
    const PluginObject object = make(*plugin, {{"warmup", 4}});
    const auto& schedule = object.as<Schedule>();
    CHECK(schedule.factor(0, 0) == 1);
    for (const double progress : {0.1, 0.5, 0.9, 0.999}) {
      CHECK(schedule.factor(progress, 0) > 0);
      CHECK(schedule.factor(progress, 0) <= 1);
    }
    CHECK(schedule.factor(1, 0) >= 0);
    for (int64_t step = 0; step < 4; ++step)
      CHECK(schedule.at(step, 14, 0) == static_cast<double>(step + 1) / 4);
    // Ten steps are left after the warm-up: the first has all of the rate, the last the schedule's end.
    CHECK(schedule.at(4, 14, 0) == 1);
    CHECK(schedule.at(7, 14, 0) == schedule.factor(1.0 / 3, 0));
    CHECK(schedule.at(13, 14, 0) == schedule.factor(1, 0));
    CHECK(make(*plugin).as<Schedule>().at(0, 10, 0) == 1);
    CHECK(std::isfinite(make(*plugin).as<Schedule>().at(0, 1, 0)));
  }
}

TEST_CASE("schedules are what their names say") {
  CHECK(factor("constant", {}, 0.7) == 1);
  CHECK(factor("linear", {{"final", 0.2}}, 0.25) == Approx(0.8));
  CHECK(factor("linear", {}, 1) == 0);
  CHECK(factor("cosine", {{"final", 0.2}}, 1.0 / 3) == Approx(0.2 + 0.8 * 0.75));
  CHECK(factor("cosine", {{"final", 0.2}}, 1) == 0.2);
  CHECK(factor("exponential", {{"final", 0.01}}, 0.5) == Approx(0.1));
  CHECK(factor("exponential", {{"final", 0.01}}, 1) == 0.01);
  // 1/√(1 + t), t = 3 at the end: 1/√2.5 half of the way there.
  CHECK(factor("inverse_sqrt", {{"final", 0.5}}, 0.5) == Approx(1 / std::sqrt(2.5)));
  CHECK(factor("inverse_sqrt", {{"final", 0.5}}, 1) == Approx(0.5));
  const Settings steps{{"at", list<double>({0.25, 0.5})}, {"factor", 0.5}};
  CHECK(factor("step", steps, 0.2499) == 1);
  CHECK(factor("step", steps, 0.25) == 0.5);
  CHECK(factor("step", steps, 0.5) == 0.25);
  CHECK(factor("step", steps, 1) == 0.25);
}

TEST_CASE("a schedule's end is each lane's own") {
  for (const char* name : {"linear", "cosine", "exponential", "inverse_sqrt"})
    for (const int64_t lane : {0, 1}) {
      CAPTURE(name, lane);
      CHECK(factor(name, {{"final", Setting::each({0.5, 0.125})}}, 1, lane, 2) ==
            Approx(lane == 0 ? 0.5 : 0.125).epsilon(1e-15));
    }
}

TEST_CASE("every average lets the newest weights in by a share that leaves some of the old") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::average)) {
    const PluginObject object = make(*plugin);
    const auto& average = object.as<Average>();
    CAPTURE(plugin->name());
    CHECK((plugin->schema->find("start") != nullptr) == average.keeps());
    for (const int64_t count : {1, 2, 10, 1000, 1000000}) {
      CHECK(average.share(count, 0) > 0);
      CHECK(average.share(count, 0) <= (average.keeps() ? 0.9 : 1));
    }
  }
  CHECK_FALSE(make(Kind::average, "none").as<Average>().keeps());
}

TEST_CASE("averages are what their names say") {
  // The mean of 0², 1², …, 9².
  CHECK(average_of_squares(make(Kind::average, "uniform").as<Average>(), 10) == Approx(28.5));
  const double d = 0.5;
  double expected = 0;  // the first weights are 0
  for (int k = 1; k < 10; ++k) expected += (1 - d) * std::pow(d, 9 - k) * k * k;
  const PluginObject two = make(Kind::average, "exponential", {{"decay", Setting::each({d, 0})}}, 2);
  CHECK(average_of_squares(two.as<Average>(), 10) == Approx(expected));
  CHECK(average_of_squares(two.as<Average>(), 10, 1) == 81);  // keeps nothing
  const PluginObject ramp = make(Kind::average, "exponential", {{"decay", 0.5}, {"ramp", true}});
  CHECK(1 - ramp.as<Average>().share(1, 0) == Approx(2.0 / 11));
  CHECK(1 - ramp.as<Average>().share(7, 0) == Approx(8.0 / 17));
  CHECK(1 - ramp.as<Average>().share(8, 0) == 0.5);
  CHECK(1 - ramp.as<Average>().share(9, 0) == 0.5);
}
