// Priors against SciPy's distributions: moments, and the share of draws below each quantile.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr int64_t n = 1'000'000;

Tensor draws(const char* prior, const std::string& yaml, int64_t count = n,
             at::ScalarType dtype = at::kDouble) {
  const PluginObject object = from_yaml(Kind::prior, prior, yaml);
  Random random = stream({3}, dtype);
  return object.as<Prior>().draw(random, count)[0];
}

/// A share of n draws within four standard errors; 1e-9 where it must be 0 or 1.
bool share_is(const Tensor& mask, double truth, double count = n) {
  return std::abs(number(mask.to(at::kDouble).mean()) - truth) <
         4 * std::sqrt(truth * (1 - truth) / count) + 1e-9;
}

}  // namespace

TEST_CASE("continuous priors have SciPy's moments and quantiles") {
  for (const auto& row : json_fixture("priors.json")) {
    const std::string prior = row["prior"].get<std::string>();
    std::string yaml = "{dim: 1";
    for (const auto& [name, setting] : row["settings"].items())
      yaml += ", " + name + ": " + number_text(setting.get<double>());
    CAPTURE(prior, yaml);
    const Tensor x = draws(prior.c_str(), yaml + "}");
    for (size_t i = 0; i < row["shares"].size(); ++i) {
      CAPTURE(row["shares"][i]);
      CHECK(share_is(x < row["quantiles"][i].get<double>(), row["shares"][i].get<double>()));
    }
    if (!row["variance"].is_null()) CHECK(mean_is(x, row["mean"].get<double>()));
    if (!row["kurtosis"].is_null())
      CHECK(mean_is((x - row["mean"].get<double>()).square(), row["variance"].get<double>()));
  }
}

TEST_CASE("the truncated normal prior is the quantile function, to the last digits of its tails") {
  for (const auto& [low, high] :
       {std::pair{-2., 2.}, {-1., 3.}, {4., 9.}, {-37., -20.}, {20., 37.}, {8., 8.5}}) {
    const Tensor z =
        draws("truncated_normal", fmt::format("{{dim: 1, low: {}, high: {}}}", low, high), 1000).view(-1);
    Random random = stream({3});
    const Tensor u = random.open_uniform({1000, 1}).view(-1);
    double worst = 0;
    for (int64_t i = 0; i < 1000; ++i) {
      // Of the tail that has digits: the upper one, mirrored, where both ends lie above 0.
      const double sign = low > 0 ? -1 : 1, at = sign * number(z[i]);
      const auto below = [&](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
      const double from = below(low > 0 ? -high : low), to = below(low > 0 ? -low : high);
      const double wanted = low > 0 ? 1 - number(u[i]) : number(u[i]);
      const double share = (below(at) - from) / (to - from);
      worst = std::max(worst, std::abs(share - wanted) / wanted);
    }
    CAPTURE(low, high);
    CHECK(worst < 1e-11);
    CHECK(number(z.min()) >= low);
    CHECK(number(z.max()) <= high);
  }
}

TEST_CASE("discrete priors have their probabilities, and what stands beside them is normal") {
  const Tensor equal = draws("categorical", "{count: 4}");
  for (int64_t i = 0; i < 4; ++i) CHECK(share_is(equal.select(1, i) == 1, 0.25));
  CHECK(equal.sum(1).eq(1).all().item<bool>());
  const Tensor x = draws("categorical_normal", "{count: 3, dim: 2, weights: [1, 5, 2]}");
  CHECK(x.sizes() == at::IntArrayRef({n, 5}));
  for (int64_t i = 0; i < 3; ++i)
    CHECK(share_is(x.select(1, i) == 1, std::array{0.125, 0.625, 0.25}[static_cast<size_t>(i)]));
  CHECK(x.narrow(1, 0, 3).sum(1).eq(1).all().item<bool>());
  for (int64_t i = 3; i < 5; ++i) {
    CHECK(mean_is(x.select(1, i), 0));
    CHECK(mean_is(x.select(1, i).square(), 1));
    CHECK(mean_is(x.select(1, i) * x.select(1, 1), 0));
  }
}

TEST_CASE("a mixture prior has its components' weights, means and spread") {
  const Tensor x = draws("gaussian_mixture", "{means: [[-5, 0], [5, 1]], std: 0.5, weights: [1, 3]}");
  const Tensor right = x.select(1, 0) > 0;
  CHECK(share_is(right, 0.75));
  const Tensor there = x.index({right});
  CHECK(mean_is(there.select(1, 0), 5));
  CHECK(mean_is(there.select(1, 1), 1));
  CHECK(mean_is((there.select(1, 1) - 1).square(), 0.25));
  CHECK(draws("gaussian_mixture", "{means: [0, 2]}", 7).sizes() == at::IntArrayRef({7, 1}));
}

TEST_CASE("every prior's lane has the same bits alone and among others, at its own parameters") {
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::prior)) {
    Settings settings;
    if (plugin->schema->find("means")) settings.emplace("means", list<double>({-1, 2}));
    std::vector<uint64_t> seeds{4, 5, 6};
    const double values[] = {0.5, 1.0, 1.7};
    Settings together = settings;
    for (const ParamSpec& p : plugin->schema->params())
      if (p.per_lane && p.name != "low") together.insert_or_assign(p.name, Setting::each({0.5, 1.0, 1.7}));
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const PluginObject many = make(*plugin, together, 3, dtype);
      Random all = stream(seeds, dtype);
      const Tensor z = many.as<Prior>().draw(all, 13);
      for (int64_t lane = 0; lane < 3; ++lane) {
        Settings own = settings;
        for (const ParamSpec& p : plugin->schema->params())
          if (p.per_lane && p.name != "low") own.insert_or_assign(p.name, values[lane]);
        const PluginObject one = make(*plugin, own, 1, dtype);
        Random single = stream({seeds[static_cast<size_t>(lane)]}, dtype);
        CAPTURE(plugin->name(), lane);
        CHECK(same_bits(one.as<Prior>().draw(single, 13), lane_of(z, lane)));
        Shape shape = one.as<Prior>().shape();
        shape.insert(shape.begin(), {3, 13});
        CHECK(z.sizes() == at::IntArrayRef(shape));
        CHECK(z.scalar_type() == dtype);
        CHECK(z.isfinite().all().item<bool>());
      }
      ++found;
    }
  }
  CHECK(found >= 16);
}

TEST_CASE("a prior whose parameters don't go together says which one") {
  const auto blamed = [](const char* prior, const char* yaml) {
    const PluginObject object = from_yaml(Kind::prior, prior, yaml);
    try {
      object.as<Prior>().shape();
    } catch (const ParamError& e) {
      return e.param() + ": " + e.what();
    }
    return std::string("nothing");
  };
  CHECK(blamed("truncated_normal", "{low: 1, high: 1}") ==
        "high: the upper end must lie above the lower one");
  CHECK(blamed("categorical", "{count: 3, weights: [1, 2]}") == "weights: 2 weights for 3 categories");
  CHECK(blamed("gaussian_mixture", "{means: [0, 1], weights: [1]}") == "weights: 1 weights for 2 components");
  CHECK(blamed("gaussian_mixture", "{means: []}") == "means: a mixture needs at least one component");
}
