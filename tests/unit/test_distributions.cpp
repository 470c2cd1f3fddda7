// Distributions, log-ratio coordinates and the samplers of random streams, against 60-digit references,
// closed forms and published tables.
#include <cmath>
#include <numbers>

#include "lanes/gamma_slope.hpp"
#include "plugin_fixture.hpp"
#include "saddle/portable.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

const nlohmann::json& counts() {
  static const nlohmann::json all = json_fixture("counts.json");
  return all;
}

Tensor column(const nlohmann::json& table, const char* name) {
  return at::tensor(table.at(name).get<std::vector<double>>(), at::kDouble);
}

/// Of numbers that may be 0.
double worst(const Tensor& got, const Tensor& truth, double floor) {
  REQUIRE(got.isfinite().all().item<bool>());
  return relative_error(got, truth, floor);
}

}  // namespace

TEST_CASE("log probabilities of counts are those of 60 digits, with their slopes") {
  SECTION("negative binomial, from θ = 1e-4 to 1e8, μ = 1e-8 to 1e6, counts to 1e5") {
    const auto& table = counts()["negative_binomial"];
    const Tensor k = column(table, "counts"), m = column(table, "mean").requires_grad_(),
                 t = column(table, "theta").requires_grad_();
    REQUIRE(k.numel() == 560);
    const Tensor mass = negative_binomial_log_mass(k, m, t);
    CHECK(worst(mass, column(table, "mass"), 0) < 1e-9);
    // Where a slope is a difference that vanishes, rounding of 1e-15 and the series' end of 1e-12 are left.
    const auto slopes = gradients(mass, {m, t});
    CHECK(worst(slopes[0], column(table, "by_mean"), 1e-9) < 1e-6);
    CHECK(worst(slopes[1], column(table, "by_theta"), 1e-6) < 1e-6);
  }
  SECTION("zero-inflated") {
    const auto& table = counts()["zinb"];
    const Tensor k = column(table, "counts"), m = column(table, "mean").requires_grad_(),
                 t = column(table, "theta").requires_grad_(), l = column(table, "logits").requires_grad_();
    const Tensor mass = zinb_log_mass(k, m, t, l);
    CHECK(worst(mass, column(table, "mass"), 0) < 1e-9);
    const auto slopes = gradients(mass, {m, t, l});
    CHECK(worst(slopes[0], column(table, "by_mean"), 1e-9) < 1e-6);
    CHECK(worst(slopes[1], column(table, "by_theta"), 1e-6) < 1e-6);
    CHECK(worst(slopes[2], column(table, "by_logits"), 1e-9) < 1e-6);
  }
  SECTION("Poisson") {
    const auto& table = counts()["poisson"];
    const Tensor k = column(table, "counts"), m = column(table, "mean").requires_grad_();
    const Tensor mass = poisson_log_mass(k, m);
    CHECK(worst(mass, column(table, "mass"), 0) < 1e-9);
    CHECK(worst(gradients(mass, {m})[0], column(table, "by_mean"), 1e-9) < 1e-6);
  }
}

TEST_CASE("probabilities of counts sum to 1, and their divergences are those of papers.md") {
  const Tensor k = at::arange(0, 4000, at::kDouble);
  const auto nb = [&](double mean, double theta) {
    return negative_binomial_log_mass(k, at::full({}, mean, at::kDouble), at::full({}, theta, at::kDouble));
  };
  // §8.1: mean, θ and π with P(0), mean, variance, entropy.
  struct Row {
    double mean, theta, dropout, zero, expected, variance, entropy;
  };
  for (const Row& r :
       {Row{1, 1, 0, .5, 1, 2, 1.38629436}, Row{5, 2, 0, .08163265, 5, 17.5, 2.64383865},
        Row{5, 2, .3, .35714286, 3.5, 17.5, 2.30452640}, Row{10, .5, .5, .60910895, 5, 130, 2.02499293},
        Row{.5, 10, .1, .65252193, .45, .495, .88627154}}) {
    CAPTURE(r.mean, r.theta, r.dropout);
    const Tensor logit = at::full({}, std::log(r.dropout / (1 - r.dropout)), at::kDouble);
    const Tensor mass = r.dropout == 0 ? nb(r.mean, r.theta)
                                       : zinb_log_mass(k, at::full({}, r.mean, at::kDouble),
                                                       at::full({}, r.theta, at::kDouble), logit);
    const Tensor p = mass.exp();
    CHECK(number(p.sum()) == Approx(1).epsilon(1e-12));
    CHECK(number(p[0]) == Approx(r.zero).epsilon(1e-7));
    const double mean = number((p * k).sum());
    CHECK(mean == Approx(r.expected).epsilon(1e-10));
    CHECK(number((p * (k - mean).square()).sum()) == Approx(r.variance).epsilon(1e-10));
    CHECK(number(-(p * mass).sum()) == Approx(r.entropy).epsilon(1e-8));
  }
  for (const auto& [mean, other, theta, kl] :
       {std::tuple{5., 4., 2., .03666300}, {1., 2., 1., .11778304}, {10., 20., .5, .09354930}})
    CHECK(number((nb(mean, theta).exp() * (nb(mean, theta) - nb(other, theta))).sum()) ==
          Approx(kl).epsilon(1e-7));
}

TEST_CASE("densities of compositions and masses of many draws have their closed forms") {
  // The Dirichlet density with two parts is the beta density, (1 − x) x² · Γ(5)/(Γ(3)Γ(2)) at (3, 2).
  const Tensor x = at::tensor({0.2, 0.8, 0.65, 0.35}, at::kDouble).view({1, 2, 2});
  const Tensor density = dirichlet_log_density(x, at::tensor({3.0, 2.0}, at::kDouble)).exp();
  CHECK(number(density[0][0]) == Approx(12 * 0.2 * 0.2 * 0.8).epsilon(1e-12));
  CHECK(number(density[0][1]) == Approx(12 * 0.65 * 0.65 * 0.35).epsilon(1e-12));
  // A flat one is Γ(3) = 2 up to the edge.
  const Tensor edge = at::tensor({0.0, 0.25, 0.75}, at::kDouble);
  CHECK(number(dirichlet_log_density(edge, at::ones({3}, at::kDouble)).exp()) == Approx(2));
  const Tensor logits = at::tensor({0.3, -1.0, 2.0}, at::kDouble), p = logits.softmax(0);
  for (int64_t i = 0; i < 3; ++i)
    CHECK(number(multinomial_log_mass(at::eye(3, at::kDouble)[i], logits).exp()) ==
          Approx(number(p[i])).epsilon(1e-13));
  CHECK(number(multinomial_log_mass(at::tensor({2.0, 1.0, 3.0}, at::kDouble), logits).exp()) ==
        Approx(60 * std::pow(number(p[0]), 2) * number(p[1]) * std::pow(number(p[2]), 3)).epsilon(1e-12));
  CHECK(number(multinomial_log_mass(at::tensor({0.0, 1.0}, at::kDouble),
                                    at::tensor({-INFINITY, 0.0}, at::kDouble))) == 0);
}

TEST_CASE("log-ratio coordinates go forth and back, whatever the reference") {
  for (const int64_t parts : {2, 3, 7}) {
    const Tensor x = at::softmax(3 * normals("parts", {4, 5, parts}, {1, 2}), -1);
    const auto back = [&](const Tensor& y) { return number((y - x).abs().max()); };
    CHECK(back(inverse_clr(clr(x))) < 1e-12);
    CHECK(back(inverse_ilr(ilr(x))) < 1e-12);
    for (int64_t reference = -parts; reference < parts; ++reference) {
      CAPTURE(parts, reference);
      const Tensor y = alr(x, reference);
      CHECK(y.size(-1) == parts - 1);
      CHECK(back(inverse_alr(y, reference)) < 1e-12);
      CHECK(number((alr(inverse_alr(y, reference), reference) - y).abs().max()) < 1e-12);
    }
    // Lengths are Aitchison's, and a coordinate is what the header says.
    CHECK(number((ilr(x).square().sum(-1) - clr(x).square().sum(-1)).abs().max()) < 1e-11);
    const Tensor first = std::sqrt(0.5) * (x.select(-1, 0) / x.select(-1, 1)).log();
    CHECK(number((ilr(x).select(-1, 0) - first).abs().max()) < 1e-12);
    CHECK(number(clr(x).sum(-1).abs().max()) < 1e-12);
  }
  const Tensor x = at::tensor({0.2, 0.3, 0.5}, at::kDouble).view({1, 1, 3});
  CHECK(
      number((alr(x, 1) - at::tensor({std::log(0.2 / 0.3), std::log(0.5 / 0.3)}, at::kDouble)).abs().max()) <
      1e-15);
}

TEST_CASE("gamma numbers have the moments and the smallest values that they must") {
  Random random = stream({5});
  const int64_t n = 1'000'000;
  for (const double a : {1e-3, 0.1, 0.7, 1.0, 2.5, 40.0, 1e6}) {
    CAPTURE(a);
    const Tensor logs = random.log_gamma(at::full({1, n}, a, at::kDouble)), x = logs.exp();
    CHECK(mean_is(x, a));
    CHECK(mean_is((x - a).square(), a));
    // E ln x is the digamma function, its variance the trigamma function.
    const Tensor at_a = at::full({}, a, at::kDouble);
    CHECK(mean_is(logs, number(at_a.digamma())));
    CHECK(mean_is((logs - at_a.digamma()).square(), number(at::polygamma(1, at_a))));
  }
}

TEST_CASE("Poisson numbers have the probabilities of their rate") {
  Random random = stream({6});
  const int64_t n = 1'000'000;
  for (const double rate : {1e-3, 0.4, 3.0, 9.99, 10.0, 25.0, 400.0}) {
    const Tensor k = random.poisson(at::full({1, n}, rate, at::kDouble));
    CAPTURE(rate);
    CHECK(mean_is(k, rate));
    CHECK(mean_is((k - rate).square(), rate));
    CHECK(mean_is((k - rate).pow(3), rate));
    // χ² over the counts that are expected often, within five standard deviations of its mean.
    const int64_t cells = static_cast<int64_t>(rate + 10 * std::sqrt(rate) + 10);
    const Tensor seen = at::bincount(k.view(-1).to(at::kLong), {}, cells).narrow(0, 0, cells).to(at::kDouble);
    const Tensor expected =
        poisson_log_mass(at::arange(cells, at::kDouble), at::full({}, rate, at::kDouble)).exp() * n;
    const Tensor often = expected > 20;
    const double degrees = number(often.sum());
    const double square = number(((seen - expected).square() / expected).masked_select(often).sum());
    CHECK(std::abs(square - degrees) < 5 * std::sqrt(2 * degrees) + 2);
  }
  for (const double rate : {1e6, 1e12}) {
    const Tensor z = (random.poisson(at::full({1, n}, rate, at::kDouble)) - rate) / std::sqrt(rate);
    CHECK(mean_is(z, 0));
    CHECK(mean_is(z.square(), 1));
  }
  const Tensor odd = at::tensor({0.0, -1.0, std::nan(""), double(INFINITY)}, at::kDouble).unsqueeze(0);
  const Tensor got = random.poisson(odd);
  CHECK(number(got[0][0]) == 0);
  CHECK(got.narrow(1, 1, 3).isnan().all().item<bool>());
  CHECK(random.log_gamma(odd).isnan().all().item<bool>());
}

TEST_CASE("uniform, Gumbel and logistic numbers keep off the ends and have their moments") {
  Random random = stream({7}, at::kFloat);
  const int64_t n = 1'000'000;
  const Tensor u = random.open_uniform({n});
  CHECK(u.scalar_type() == at::kDouble);
  CHECK(number(u.min()) > 0);
  CHECK(number(u.max()) < 1);
  CHECK(mean_is(u, 0.5));
  CHECK(mean_is(u.square(), 1.0 / 3));
  const Tensor pairs = u.view({-1, 2}) - 0.5;  // neighbours come from one block
  CHECK(mean_is(pairs.select(1, 0) * pairs.select(1, 1), 0));
  const double pi2 = std::numbers::pi * std::numbers::pi;
  const Tensor g = random.gumbel({n}).to(at::kDouble), l = random.logistic({n}).to(at::kDouble);
  CHECK(mean_is(g, std::numbers::egamma));
  CHECK(mean_is((g - std::numbers::egamma).square(), pi2 / 6));
  CHECK(mean_is(l, 0));
  CHECK(mean_is(l.square(), pi2 / 3));
}

TEST_CASE("a lane's draws are the same alone and among others, whatever the others' parameters") {
  for (const int64_t lanes : {3, 16}) {
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < lanes; ++i) seeds.push_back(static_cast<uint64_t>(40 + i));
    const Tensor parameters = (3 * normals("parameters", {7, 11}, seeds)).exp();
    const auto draws = [](const Tensor& at_parameters, const std::vector<uint64_t>& own) {
      Random random = stream(own, at::kFloat);
      std::vector<Tensor> all{random.log_gamma(at_parameters),   random.poisson(at_parameters),
                              random.open_uniform({5, 3}),       random.gumbel({7}),
                              random.poisson(at_parameters),     random.logistic({9}),
                              draw_gamma(at_parameters, random), draw_dirichlet(at_parameters, random)};
      return all;
    };
    const auto together = draws(parameters, seeds);
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const auto alone = draws(lane_of(parameters, lane), {seeds[static_cast<size_t>(lane)]});
      for (size_t i = 0; i < alone.size(); ++i) {
        CAPTURE(lane, i);
        CHECK(same_bits(alone[i], lane_of(together[i], lane)));
      }
    }
    CHECK_FALSE(same_bits(together[1], together[4]));  // the stream goes on
  }
}

TEST_CASE("log probabilities and their slopes keep their bits beside other lanes") {
  const std::vector<uint64_t> seeds{1, 2, 3, 4, 5};
  const Tensor raw = normals("raw", {7, 11}, seeds), k = (raw.exp() * 4).floor();
  const auto results = [&](const Tensor& x, const Tensor& counts_of) {
    Tensor m = x.exp().detach().requires_grad_(), t = (-x).exp().detach().requires_grad_(),
           l = x.detach().requires_grad_();
    const Tensor sum = zinb_log_mass(counts_of, m, t, l) + negative_binomial_log_mass(counts_of, m, t) +
                       poisson_log_mass(counts_of, m);
    const Tensor rows = dirichlet_log_density(at::softmax(x, -1), t) + multinomial_log_mass(counts_of, l);
    auto all = gradients(sum.sum() + rows.sum(), {m, t, l});
    all.push_back(sum);
    all.push_back(rows);
    for (const Tensor& y : {clr(x.exp()), alr(x.exp(), 1), ilr(x.exp()), inverse_ilr(x), inverse_alr(x, 2)})
      all.push_back(y);
    return all;
  };
  const auto together = results(raw, k);
  for (int64_t lane = 0; lane < 5; ++lane) {
    const auto alone = results(lane_of(raw, lane), lane_of(k, lane));
    for (size_t i = 0; i < alone.size(); ++i) {
      CAPTURE(lane, i);
      CHECK(same_bits(alone[i], lane_of(together[i], lane)));
    }
  }
}

TEST_CASE("a gamma number's slope by its concentration is that of its quantile") {
  const auto table = json_fixture("gamma.json")["slopes"];
  for (size_t i = 0; i < table["a"].size(); ++i) {
    const double a = table["a"][i], log_x = table["log_x"][i], truth = table["slope"][i];
    CAPTURE(a, log_x, truth);
    CHECK(std::abs(log_gamma_slope(a, log_x) / truth - 1) < (a > 1000 ? 1e-8 : 1e-12));
  }
}

TEST_CASE("digamma and its derivatives are those of 40 digits") {
  const auto table = json_fixture("gamma.json")["polygamma"];
  for (size_t i = 0; i < table["n"].size(); ++i) {
    const int64_t n = table["n"][i];
    const double x = table["x"][i], truth = table["value"][i];
    CAPTURE(n, x, truth);
    // Near a root, or where two large terms cancel, the distance to them counts.
    CHECK(std::abs(portable::polygamma(n, x) - truth) < 1e-13 * std::max(1.0, std::abs(truth)));
  }
  CHECK(std::isnan(portable::digamma(-2)));
  CHECK(portable::digamma(0.0) == -std::numeric_limits<double>::infinity());
  CHECK(portable::polygamma(1, 0) == std::numeric_limits<double>::infinity());
}

TEST_CASE("the gradients through gamma and Dirichlet draws have the mean of the expectation's slope") {
  Random random = stream({8});
  const int64_t n = 400'000;
  for (const double a : {0.2, 1.5, 30.0}) {
    // d E x² / da = d (a + a²)/da, d E ln x / da = trigamma(a).
    const Tensor at_a = at::full({1, n}, a, at::kDouble).requires_grad_();
    const Tensor x = draw_gamma(at_a, random);
    CAPTURE(a);
    CHECK(mean_is(gradients(x.square(), {at_a})[0], 1 + 2 * a));
    CHECK(mean_is(gradients(x.log(), {at_a})[0], number(at::polygamma(1, at::full({}, a, at::kDouble)))));
  }
  // E x₁x₂ = a₁a₂/(A(A + 1)).
  const Tensor a = at::tensor({0.5, 2.0, 1.2}, at::kDouble).expand({1, n, 3}).clone().requires_grad_();
  const Tensor x = draw_dirichlet(a, random);
  CHECK(number((x.sum(-1) - 1).abs().max()) < 1e-14);
  CHECK(mean_is(x.select(2, 1), 2.0 / 3.7));
  const Tensor slopes = gradients(x.select(2, 0) * x.select(2, 1), {a})[0];
  const double total = 3.7, both = total * (total + 1);
  for (int64_t i = 0; i < 3; ++i) {
    const double of_product = i == 0 ? 2.0 : i == 1 ? 0.5 : 0.0;
    CAPTURE(i);
    CHECK(mean_is(slopes.select(2, i), of_product / both - (2 * total + 1) / (both * both)));
  }
}
