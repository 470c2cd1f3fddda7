// Divergences: what the classes make of a divergence's terms, and single divergences. What every registered
// one promises is in tests/conformance.
#include <ATen/Parallel.h>

#include <cmath>
#include <cstring>
#include <numbers>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

using Term = std::function<Tensor(const Tensor&)>;

struct NamedTerm {
  std::string name;
  Term term;
};

std::vector<NamedTerm> terms(const FDivergence& d) {
  return {{"real_term", [&d](const Tensor& v) { return d.real_term(v); }},
          {"fake_term", [&d](const Tensor& v) { return d.fake_term(v); }},
          {"log_ratio_real_term", [&d](const Tensor& v) { return d.log_ratio_real_term(v); }},
          {"log_ratio_fake_term", [&d](const Tensor& v) { return d.log_ratio_fake_term(v); }}};
}

template <class Check>
void for_every_f_divergence(Check check, const Settings& settings = {}) {
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    const PluginObject object = make(*plugin, plugin->schema->find("link") ? settings : Settings{});
    const auto* divergence = dynamic_cast<const FDivergence*>(&object.as<Divergence>());
    if (divergence == nullptr) continue;
    ++found;
    DYNAMIC_SECTION(plugin->name()) { check(*divergence); }
  }
  REQUIRE(found > 0);
}

Tensor grid(double low, double high, int64_t points) { return at::linspace(low, high, points, at::kDouble); }

// A term and its first two derivatives, by autograd.
struct Jet {
  Tensor value, first, second;
};

Tensor derivative(const Tensor& y, const Tensor& x) {
  return y.requires_grad() ? input_gradient(y, x) : at::zeros_like(x);
}

Jet jet(const Term& term, const Tensor& at_v) {
  Tensor v = at_v.clone().requires_grad_();
  const Tensor y = term(v), first = derivative(y, v);
  const Tensor second = first.requires_grad() && first.grad_fn() ? derivative(first, v) : at::zeros_like(v);
  return {y.detach(), first.detach(), second.detach()};
}

// One feature as its own score, so that scores can be chosen.
Tensor first_feature(const Tensor& samples) { return samples.select(2, 0); }

Round round_of_scores(const Tensor& real, const Tensor& fake, Player player) {
  return Round(content(real.unsqueeze(2), fake.unsqueeze(2), player, first_feature));
}

}  // namespace

TEST_CASE("the log ratio terms are those that f defines, with their derivatives") {
  for_every_f_divergence([](const FDivergence& d) {
    const Tensor v = grid(-12, 12, 97) + 0.01;  // not at a kink
    const Tensor u = v.exp(), slope = d.FDivergence::log_ratio_real_term(v);
    // The two terms of u f′ − f cancel: what is left can't be more accurate than they are.
    const Tensor cancels = (u * slope).abs() + d.f(u).abs();
    const Jet real = jet([&](const Tensor& x) { return d.log_ratio_real_term(x); }, v);
    const Jet fake = jet([&](const Tensor& x) { return d.log_ratio_fake_term(x); }, v);
    const Jet derived_real = jet([&](const Tensor& x) { return d.FDivergence::log_ratio_real_term(x); }, v);
    const Jet derived_fake = jet([&](const Tensor& x) { return d.FDivergence::log_ratio_fake_term(x); }, v);
    CHECK(((real.value - derived_real.value).abs() / (1 + real.value.abs())).max().item<double>() < 1e-9);
    CHECK(((fake.value - derived_fake.value).abs() / (1 + cancels)).max().item<double>() < 1e-11);
    CHECK(((real.first - derived_real.first).abs() / (1 + real.first.abs())).max().item<double>() < 1e-8);
    CHECK(((fake.first - derived_fake.first).abs() / (1 + u * slope.abs() + fake.first.abs()))
              .max()
              .item<double>() < 1e-8);
  });
}

TEST_CASE("second derivatives of terms are accurate in float32 from -80 to 80") {
  for_every_f_divergence([](const FDivergence& d) {
    const Tensor single = at::cat({grid(-80, 80, 1601), grid(-2, 2, 401)}).to(at::kFloat);
    const Tensor v = single.to(at::kDouble);
    for (const auto& [name, term] : terms(d)) {
      const Tensor exact = jet(term, v).second, got = jet(term, single).second;
      const Tensor error = (got.to(at::kDouble) - exact).abs();
      // Differences of terms of size 1 have the digits that these leave.
      const Tensor wrong = (exact.abs() < 3.4e38).logical_and(error > 1e-5 * exact.abs() + 1e-6);
      const double first_wrong = wrong.any().item<bool>() ? v.masked_select(wrong)[0].item<double>() : NAN;
      CAPTURE(name, first_wrong);
      CHECK(std::isnan(first_wrong));
      CHECK_FALSE(got.isnan().any().item<bool>());
    }
  });
}

TEST_CASE("derivatives of terms are those of central differences") {
  for_every_f_divergence([](const FDivergence& d) {
    const Tensor v = at::cat({grid(-79.9, -5.1, 41), grid(-3.03, 3, 61), grid(5.1, 79.9, 41)});
    const double step = 1e-4;
    for (const auto& [name, term] : terms(d)) {
      const Jet here = jet(term, v), after = jet(term, v + step), before = jet(term, v - step);
      CAPTURE(name);
      auto error = [&](const Tensor& slope, const Tensor& high, const Tensor& low) {
        // A difference loses the digits that the values have in common.
        const Tensor lost = 1e-15 * (high.abs() + low.abs()) / step;
        return (((high - low) / (2 * step) - slope).abs() / (1e-6 * slope.abs() + lost + 1e-9))
            .max()
            .item<double>();
      };
      CHECK(error(here.first, after.value, before.value) < 2);
      CHECK(error(here.second, after.first, before.first) < 2);
    }
  });
}

TEST_CASE("an f-divergence's value and both generator losses are means of its terms") {
  const Tensor real = normals("real", {7}, {1, 2}), fake = normals("fake", {5}, {1, 2});
  for (const std::string link : {"paper", "log_ratio"}) {
    for_every_f_divergence(
        [&](const FDivergence& d) {
          const bool paper = link == "paper";
          const Tensor on_real = paper ? d.real_term(real) : d.log_ratio_real_term(real);
          const Tensor on_fake = paper ? d.fake_term(fake) : d.log_ratio_fake_term(fake);
          const Tensor pretends = paper ? d.real_term(fake) : d.log_ratio_real_term(fake);
          CHECK(relative_error(d.value(round_of_scores(real, fake, Player::critic)),
                               on_real.mean(1) - on_fake.mean(1)) < 1e-12);
          const Tensor loss = d.generator_loss(round_of_scores(real, fake, Player::generator));
          CHECK(relative_error(loss, -(d.generator == "non_saturating" ? pretends : on_fake).mean(1)) <
                1e-12);
        },
        {{"link", link.c_str()}});
  }
  const PluginObject gan = make(Kind::divergence, "gan"), kl = make(Kind::divergence, "kl");
  CHECK(dynamic_cast<const FDivergence&>(gan.as<Divergence>()).generator == "non_saturating");
  CHECK(dynamic_cast<const FDivergence&>(kl.as<Divergence>()).generator == "minimax");
}

TEST_CASE(
    "a round scores both batches in one pass for the critic, and only what is asked for the generator") {
  const Tensor real = normals("real", {6, 2}, {1, 2}), fake = normals("fake", {4, 2}, {1, 2});
  std::vector<int64_t> passes;
  auto score = [&](const Tensor& x) {
    passes.push_back(x.size(1));
    return first_feature(x);
  };
  auto both = [](const Round& round) {
    return same_bits(round.fake_scores(), first_feature(round.fake())) &&
           same_bits(round.real_scores(), first_feature(round.real()));
  };
  SECTION("jointly") {
    const Round round(content(real, fake, Player::critic, score));
    CHECK(both(round));
    CHECK(both(round));
    CHECK(passes == std::vector<int64_t>{10});
  }
  SECTION("separately where scores depend on the batch") {
    Round::Content c = content(real, fake, Player::critic, score);
    c.joint_pass = false;
    const Round round(std::move(c));
    CHECK(both(round));
    CHECK(passes == std::vector<int64_t>{4, 6});
  }
  SECTION("fake alone") {
    const Round round(content(real, fake, Player::generator, score));
    round.fake_scores();
    round.fake_scores();
    CHECK(passes == std::vector<int64_t>{4});
    CHECK(both(round));
    CHECK(passes == std::vector<int64_t>{4, 6});
  }
}

TEST_CASE("wasserstein is the difference of the critic's means and asks for a Lipschitz critic") {
  const PluginObject object = make(Kind::divergence, "wasserstein");
  const auto& d = object.as<Divergence>();
  const Tensor real = normals("real", {7}, {1, 2}), fake = normals("fake", {5}, {1, 2});
  CHECK(d.needs_lipschitz_critic());
  CHECK(relative_error(d.value(round_of_scores(real, fake, Player::critic)), real.mean(1) - fake.mean(1)) <
        1e-12);
  CHECK(relative_error(d.generator_loss(round_of_scores(real, fake, Player::generator)), -fake.mean(1)) <
        1e-12);
}

TEST_CASE("least_squares, hinge and the relativistic games are their papers' losses for both players") {
  const Tensor r = normals("real", {6}, {1, 2}), f = normals("fake", {6}, {1, 2}) * 1.5 - 0.3;
  // The critic's value and the generator's loss, as the papers write them.
  auto check = [&](const char* name, const Settings& settings, const Tensor& value, const Tensor& loss) {
    const PluginObject object = make(Kind::divergence, name, settings, 2);
    const auto& d = object.as<Divergence>();
    CAPTURE(name);
    CHECK(relative_error(d.value(round_of_scores(r, f, Player::critic)), value.mean(1)) < 1e-12);
    CHECK(relative_error(d.generator_loss(round_of_scores(r, f, Player::generator)), loss.mean(1)) < 1e-12);
  };
  const Tensor a = at::tensor({-1.0, 0.25}, at::kDouble).unsqueeze(1);
  check("least_squares", {{"a", Setting::each({-1, 0.25})}, {"b", 2}, {"c", 0.5}},
        -(r - 2).square() / 2 - (f - a).square() / 2, (f - 0.5).square() / 2);
  check("hinge", {}, -(1 - r).relu() - (1 + f).relu(), -f);

  const std::map<const char*, std::function<Tensor(const Tensor&)>> forms{
      {"standard", [](const Tensor& gap) { return -gap.sigmoid().log(); }},
      {"least_squares", [](const Tensor& gap) { return (gap - 1).square(); }},
      {"hinge", [](const Tensor& gap) { return (1 - gap).relu(); }}};
  const Tensor mean_r = r.mean(1, true), mean_f = f.mean(1, true);
  for (const auto& [form, cost] : forms) {
    check("relativistic", {{"form", form}}, -cost(r - f), cost(f - r));
    check("relativistic_average", {{"form", form}}, -cost(r - mean_f) - cost(mean_r - f),
          cost(f - mean_r) + cost(mean_f - r));
  }
}

namespace {

// MMD² of the first lane, from its definition, pair by pair.
double mmd_by_enumeration(const Tensor& x, const Tensor& y, const std::vector<double>& bandwidths,
                          bool unbiased) {
  auto kernel = [&](const Tensor& a, const Tensor& b) {
    const double squared = number((a - b).square().sum());
    double k = 0;
    for (const double bandwidth : bandwidths) k += std::exp(-squared / (2 * bandwidth * bandwidth));
    return k / static_cast<double>(bandwidths.size());
  };
  auto mean = [&](const Tensor& a, const Tensor& b, bool same) {
    double sum = 0;
    int64_t pairs = 0;
    for (int64_t i = 0; i < a.size(1); ++i)
      for (int64_t j = 0; j < b.size(1); ++j)
        if (!(same && unbiased && i == j)) sum += kernel(a[0][i], b[0][j]), ++pairs;
    return sum / static_cast<double>(pairs);
  };
  return mean(x, x, true) + mean(y, y, true) - 2 * mean(x, y, false);
}

double median_distance(const Tensor& x) {
  std::vector<double> distances;
  for (int64_t i = 0; i < x.size(1); ++i)
    for (int64_t j = 0; j < i; ++j)
      distances.push_back(std::sqrt(number((x[0][i] - x[0][j]).square().sum())));
  std::sort(distances.begin(), distances.end());
  return distances[(distances.size() - 1) / 2];
}

Tensor mmd(const Tensor& real, const Tensor& fake, const Settings& settings) {
  const PluginObject object = make(Kind::divergence, "mmd", settings, real.size(0), real.scalar_type());
  return object.as<Divergence>().value(Round(content(real, fake, Player::generator, {})));
}

}  // namespace

TEST_CASE("mmd is what its definition says, pair by pair") {
  for (const Shape& shape : {Shape{3}, Shape{2, 2}}) {
    Shape real_shape{9}, fake_shape{6};
    real_shape.insert(real_shape.end(), shape.begin(), shape.end());
    fake_shape.insert(fake_shape.end(), shape.begin(), shape.end());
    const Tensor x = normals("real", real_shape), y = normals("fake", fake_shape) * 1.5 + 0.3;
    const double median = median_distance(x);
    for (const bool unbiased : {true, false}) {
      const char* estimator = unbiased ? "unbiased" : "biased";
      CHECK(number(mmd(x, y, {{"estimator", estimator}, {"bandwidths", list<double>({0.7, 2.0})}})) ==
            Approx(mmd_by_enumeration(x, y, {0.7, 2.0}, unbiased)).epsilon(1e-10));
      CHECK(
          number(mmd(x, y, {{"estimator", estimator}})) ==
          Approx(mmd_by_enumeration(x, y, {median / 4, median / 2, median, 2 * median, 4 * median}, unbiased))
              .epsilon(1e-10));
    }
  }
}

TEST_CASE("mmd of equal batches is zero when biased, and a batch of one point has a bandwidth") {
  const Tensor x = normals("real", {8, 2});
  CHECK(std::abs(number(mmd(x, x, {{"estimator", "biased"}}))) < 1e-12);
  const Tensor point = at::ones({1, 5, 2}, at::kDouble);
  CHECK(number(mmd(point, point, {})) == Approx(0).margin(1e-12));
  CHECK(number(mmd(point, point + 1, {{"multiples", list<double>({1.0})}})) ==
        Approx(2 - 2 * std::exp(-1.0)));
}

TEST_CASE("unbiased mmd of two normal samples averages to the closed form") {
  // E k(x, y) = b/√(b² + v)·exp(−m²/2(b² + v)) for a difference of mean m and variance v.
  const int64_t repeats = 300, n = 40;
  const std::map<double, double> exact{{0.5, 0.13284173}, {1.0, 0.17726763}, {2.0, 0.13056692}};
  for (const auto& [bandwidth, expected] : exact) {
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < repeats; ++i) seeds.push_back(static_cast<uint64_t>(i));
    const Tensor x = normals("real", {n, 1}, seeds), y = normals("fake", {n, 1}, seeds) + 1;
    const Tensor estimates = mmd(x, y, {{"bandwidths", list<double>({bandwidth})}});
    const double standard_error = number(estimates.std()) / std::sqrt(static_cast<double>(repeats));
    CAPTURE(bandwidth, standard_error);
    CHECK(std::abs(number(estimates.mean()) - expected) < 4 * standard_error);
    const Tensor biased = mmd(x, y, {{"bandwidths", list<double>({bandwidth})}, {"estimator", "biased"}});
    CHECK((biased > estimates).all().item<bool>());
  }
}

TEST_CASE("mmd's gradient reaches the fake samples and is that of central differences") {
  const Tensor x = normals("real", {6, 2}), y = normals("fake", {5, 2}).requires_grad_();
  for (const char* estimator : {"unbiased", "biased"}) {
    const Tensor slope = input_gradient(mmd(x, y, {{"estimator", estimator}}), y);
    const Tensor expected = central_differences(y, 1e-5, [&] {
      return mmd(x, y, {{"estimator", estimator}});
    });
    CHECK((slope - expected).abs().max().item<double>() < 1e-9);
    CHECK(slope.abs().max().item<double>() > 1e-3);
  }
}

TEST_CASE("mmd keeps its digits in float32, far from the origin too") {
  const Tensor x = normals("real", {65, 2}) * 0.1, y = normals("fake", {65, 2}) * 0.1 + 0.02;
  const double exact = number(mmd(x, y, {}));
  CHECK(std::abs(number(mmd(x.to(at::kFloat), y.to(at::kFloat), {})) - exact) < 5e-7);
  // 4096 and its neighbours are exact in float32 only to 2e-4: round both batches first.
  const Tensor far_x = (x + 4096).to(at::kFloat), far_y = (y + 4096).to(at::kFloat);
  const double far_exact = number(mmd(far_x.to(at::kDouble), far_y.to(at::kDouble), {}));
  CHECK(std::abs(number(mmd(far_x, far_y, {})) - far_exact) < 5e-6);
}

TEST_CASE("a divergence gives one lane the same bits alone and among others") {
  at::set_num_threads(1);  // as in a worker
  const std::vector<uint64_t> seeds{11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26};
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    for (const char* link : {"paper", "log_ratio"}) {
      const bool has_link = plugin->schema->find("link") != nullptr;
      if (!has_link && link == std::string("log_ratio")) continue;
      const Settings settings = has_link ? Settings{{"link", link}} : Settings{};
      for (const int64_t batch : {2, 13, 77}) {
        for (const int64_t lanes : {3, 16}) {
          const std::vector<uint64_t> some(seeds.begin(), seeds.begin() + lanes);
          const Tensor real = normals("real", {batch, 3}, some, at::kFloat);
          const Tensor fake = (normals("fake", {batch, 3}, some, at::kFloat) * 3).requires_grad_();
          const PluginObject together = make(*plugin, settings, lanes, at::kFloat);
          const PluginObject alone = make(*plugin, settings, 1, at::kFloat);
          auto results = [](const PluginObject& object, const Tensor& r, const Tensor& f,
                            const std::vector<uint64_t>& of) {
            const auto& d = object.as<Divergence>();
            const Tensor value = d.value(Round(content(r, f, Player::critic, first_feature, of)));
            const Tensor loss = d.generator_loss(Round(content(r, f, Player::generator, first_feature, of)));
            return std::vector<Tensor>{value, loss, input_gradient(value, f), input_gradient(loss, f)};
          };
          const auto many = results(together, real, fake, some);
          for (int64_t lane = 0; lane < lanes; ++lane) {
            const auto one = results(alone, lane_of(real, lane), lane_of(fake, lane).requires_grad_(),
                                     {some[static_cast<size_t>(lane)]});
            for (size_t i = 0; i < one.size(); ++i) {
              CAPTURE(plugin->name(), link, batch, lanes, lane, i);
              CHECK(same_bits(one[i], lane_of(many[i], lane)));
            }
          }
        }
      }
    }
  }
}
