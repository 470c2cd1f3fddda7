// Synthetic families against their exact moments, densities and chance levels (papers.md of their sources:
// Killoran et al. 2017 for sequences). Where chance is left, seeds are fixed and tolerances are four standard
// errors.
#include "data_fixture.hpp"

#include <numbers>

using namespace saddle;
using namespace saddle::testing;

namespace {

Batch draw(const PluginObject& object, int64_t n, uint64_t seed = 1, at::ScalarType type = at::kDouble) {
  Random random = stream({seed}, type);
  const Batch batch = object.as<Data>().draw(random, n);
  return {batch.samples[0], batch.labels.defined() ? batch.labels[0] : Tensor()};
}

/// The mean of x [n] lies within four of its standard errors of the truth.
void check_mean(const Tensor& x, double truth) {
  const double mean = x.mean().item<double>();
  const double error = x.std().item<double>() / std::sqrt(static_cast<double>(x.numel()));
  CAPTURE(mean, truth, error);
  CHECK(std::abs(mean - truth) < 4 * error);
}

/// Of one sample.
double log_density(const PluginObject& object, const std::vector<double>& x) {
  const Tensor sample = at::tensor(x, at::kDouble).view({1, 1, -1});
  return object.as<Data>().log_density(sample).item<double>();
}

}  // namespace

TEST_CASE("Dirichlet compositions have the means and variances of their concentrations") {
  const PluginObject object = data("dirichlet", "{alpha: [0.2, 1, 3]}");
  const Tensor x = draw(object, 100000).samples;
  CHECK((x.sum(1) - 1).abs().max().item<double>() < 1e-12);
  CHECK((x >= 0).all().item<bool>());
  const std::vector<double> alpha{0.2, 1, 3};
  for (int64_t i = 0; i < 3; ++i) {
    const double mean = alpha[static_cast<size_t>(i)] / 4.2, variance = mean * (1 - mean) / 5.2;
    check_mean(x.select(1, i), mean);
    check_mean((x.select(1, i) - mean).square(), variance);
  }
  // Γ(4.2)/(Γ(0.2)Γ(1)Γ(3)) x₁^−0.8 x₃²
  const double constant = std::lgamma(4.2) - std::lgamma(0.2) - std::lgamma(3.0);
  CHECK(log_density(object, {0.2, 0.3, 0.5}) ==
        Approx(constant - 0.8 * std::log(0.2) + 2 * std::log(0.5)).epsilon(1e-12));
  CHECK(complaint("dirichlet", "{alpha: [1]}") == "alpha: a composition has two parts or more");
}

TEST_CASE("Logistic-normal compositions have Gaussian log ratios, and the density of that") {
  const PluginObject object = data("logistic_normal", "{means: [1, -0.5], stds: [0.5, 2]}");
  const Tensor x = draw(object, 100000).samples;
  CHECK((x.sum(1) - 1).abs().max().item<double>() < 1e-12);
  for (const auto& [i, mean, std] : {std::tuple(0, 1.0, 0.5), std::tuple(1, -0.5, 2.0)}) {
    const Tensor ratio = (x.select(1, i) / x.select(1, 2)).log();
    check_mean(ratio, mean);
    check_mean((ratio - mean).square(), std * std);
  }
  // Its integral over the simplex, by the midpoint rule in (x₁, x₂).
  constexpr int64_t cells = 600;
  const Tensor middle = (at::arange(cells, at::kDouble) + 0.5) / cells;
  const Tensor a = middle.unsqueeze(1).expand({cells, cells}), b = middle.unsqueeze(0).expand({cells, cells});
  const Tensor grid = at::stack({a.masked_select(a + b < 1 - 1e-9), b.masked_select(a + b < 1 - 1e-9)}, 1);
  const Tensor points = at::cat({grid, 1 - grid.sum(1, true)}, 1).unsqueeze(0);
  CHECK(object.as<Data>().log_density(points).exp().sum().item<double>() / (cells * cells) ==
        Approx(1).epsilon(0.01));
  CHECK(complaint("logistic_normal", "{means: [0, 1], stds: [1, 1, 1]}") ==
        "stds: 3 standard deviations for 2 means");
}

TEST_CASE("Student t samples have its quartiles, its variance and its density") {
  const PluginObject object = data("student_t", "{dim: 2, df: 20, location: 1, scale: 2}");
  const Tensor x = draw(object, 200000).samples;
  for (int64_t i = 0; i < 2; ++i) {
    check_mean(x.select(1, i), 1);
    check_mean((x.select(1, i) - 1).square(), 4 * 20.0 / 18);
  }
  check_mean((x.select(1, 0) - 1) * (x.select(1, 1) - 1), 0);
  // One number scales the whole sample: squares are correlated, E x²y² = (scale² df)² / ((df − 2)(df − 4)).
  check_mean((x.select(1, 0) - 1).square() * (x.select(1, 1) - 1).square(), 16 * 400.0 / (18 * 16));
  const PluginObject cauchy = data("student_t", "{dim: 1, df: 1}");
  const Tensor wild = draw(cauchy, 100000).samples.flatten();
  check_mean((wild.abs() < 1).to(at::kDouble), 0.5);
  check_mean((wild < std::tan(std::numbers::pi * 0.4)).to(at::kDouble), 0.9);
  CHECK(log_density(cauchy, {3}) == Approx(-std::log(std::numbers::pi * 10)).epsilon(1e-12));
  CHECK(log_density(object, {1, 1}) == Approx(-std::log(2 * std::numbers::pi * 4)).epsilon(1e-12));
}

TEST_CASE("Contaminated samples are as many outliers as asked for, and metrics see the clean ones") {
  const PluginObject object = data("contaminated", "{dim: 3, mean: 2, std: 0.5, share: 0.1, factor: 20}");
  const Batch batch = draw(object, 100000);
  check_mean(batch.labels.to(at::kDouble), 0.1);
  for (const auto& [label, std] : {std::pair(0, 0.5), std::pair(1, 10.0)}) {
    const Tensor own = batch.samples.index_select(0, (batch.labels == label).nonzero().flatten());
    check_mean(own.select(1, 1), 2);
    check_mean((own - 2).square().mean(1), std * std);
  }
  Random random = stream({2});
  const Batch clean = object.as<Data>().held_out(random, 20000);
  CHECK(clean.labels.eq(0).all().item<bool>());
  check_mean((clean.samples - 2).square().mean(2).flatten(), 0.25);
  const PluginObject all = data("contaminated", "{dim: 3, share: 0.1, measure_against: contaminated}");
  CHECK(all.as<Data>().held_out(random, 1000).labels.sum().item<int64_t>() > 0);
  const auto normal = [](double std) { return std::pow(2 * std::numbers::pi * std * std, -1.5); };
  CHECK(log_density(object, {2, 2, 2}) ==
        Approx(std::log(0.9 * normal(0.5) + 0.1 * normal(10))).epsilon(1e-12));
}

TEST_CASE("ZINB cells are counts with the frequencies, and the probability mass, of their types") {
  const PluginObject object =
      data("zinb_cells", "{genes: 3, weights: [8, 1.5, 0.5], mean: 1, spread: 0.5, theta: 4, fold: 2}");
  const auto& d = object.as<Data>();
  constexpr int64_t n = 100000;
  const Batch batch = draw(object, n);
  CHECK(d.not_a_count().empty());
  CHECK(d.classes().size() == 3);
  CHECK(batch.samples.eq(batch.samples.floor()).all().item<bool>());
  for (const auto& [type, share] : {std::pair(0, 0.8), std::pair(1, 0.15), std::pair(2, 0.05)})
    check_mean((batch.labels == type).to(at::kDouble), share);
  // Each small table of counts is as frequent as log_density says, and all of them sum to one.
  const auto cell = [&](double a, double b, double c) { return std::exp(log_density(object, {a, b, c})); };
  for (const auto& x : {std::vector{0., 0., 0.}, {1., 0., 0.}, {0., 2., 1.}, {1., 1., 1.}, {3., 0., 2.}}) {
    const Tensor here = (batch.samples == at::tensor(x, at::kDouble)).all(1);
    check_mean(here.to(at::kDouble), cell(x[0], x[1], x[2]));
  }
  std::vector<double> all;
  constexpr int64_t most = 60;
  const Tensor k = at::arange(most, at::kDouble);
  const Tensor grid =
      at::stack({k.view({-1, 1, 1}).expand({most, most, most}), k.view({1, -1, 1}).expand({most, most, most}),
                 k.view({1, 1, -1}).expand({most, most, most})},
                3)
          .reshape({1, -1, 3});
  CHECK(d.log_density(grid).exp().sum().item<double>() == Approx(1).epsilon(1e-6));
  // The same cells for every trial, others for another design.
  CHECK(draw(data("zinb_cells", "{design_seed: 1}"), 2000).samples.mean().item<double>() !=
        draw(data("zinb_cells"), 2000).samples.mean().item<double>());
}

TEST_CASE("Motif sequences hold the motif once, at every place alike") {
  const PluginObject object = data("motif_sequences");
  const auto& d = object.as<Data>();
  CHECK(d.shape() == Shape{20, 4});
  const auto all = words(draw(object, 8500, 1, at::kFloat).samples, d.alphabet());
  std::vector<double> places(17), gc;
  for (const std::string& w : all) {
    CHECK(d.grammar()->accepts(w));
    ++places[w.find("TATA")];
    gc.push_back(static_cast<double>(std::count(w.begin(), w.end(), 'G')));
  }
  double chi2 = 0;
  for (const double count : places) chi2 += (count - 500) * (count - 500) / 500;
  CHECK(chi2 < 16 + 4 * std::sqrt(32.0));
  check_mean(at::tensor(gc, at::kDouble), 8);
  CHECK(d.grammar()->chance == Approx(17 * std::pow(2, 16) / std::pow(4, 20)).epsilon(1e-12));
  for (const auto& [length, chance, bits] :
       {std::tuple(20, 1.01e-6, 20.087463), std::tuple(36, 3.0e-11, 37.044394),
        std::tuple(50, 2.6e-15, 51.554589)}) {
    const PluginObject one = data("motif_sequences", fmt::format("{{length: {}}}", length));
    CHECK(one.as<Data>().grammar()->chance == Approx(chance).epsilon(0.02));
    const double log_p = one.as<Data>().log_density(draw(one, 5).samples.unsqueeze(0))[0][0].item<double>();
    CHECK(-log_p / std::numbers::ln2 == Approx(bits).epsilon(1e-7));
  }
  for (const char* wrong :
       {"CCCCCCCCCCCCCCCCCCCC", "TATACCCCCCCCCCCCTATA", "TATACCCCCCCCCCCCCCC", "TATACCCCCCCCCCCCCCCA"})
    CHECK_FALSE(d.grammar()->accepts(wrong));
  CHECK(d.log_density(at::zeros({1, 1, 20, 4}, at::kDouble)).item<double>() ==
        -std::numeric_limits<double>::infinity());
  CHECK_THAT(complaint("motif_sequences", "{background: CA}"),
             holds("background: holds A, a letter of the motif"));
  CHECK_THAT(complaint("motif_sequences", "{background: CC}"), holds("background: holds C twice"));
  CHECK_THAT(complaint("motif_sequences", "{motif: TAXA}"), holds("motif: 'TAXA' holds something else"));
  CHECK_THAT(complaint("motif_sequences", "{length: 3}"), holds("length: the motif is longer"));
}

TEST_CASE("Coding sequences are all that the grammar accepts, and each codon alike") {
  const PluginObject object = data("coding_sequences");
  const auto& d = object.as<Data>();
  CHECK(d.shape() == Shape{36, 4});
  std::map<std::string, double> codons, stops;
  for (const std::string& w : words(draw(object, 3000).samples, d.alphabet())) {
    CHECK(d.grammar()->accepts(w));
    for (size_t i = 3; i < 33; i += 3) ++codons[w.substr(i, 3)];
    ++stops[w.substr(33)];
  }
  CHECK(codons.size() == 61);
  CHECK(stops.size() == 3);
  double chi2 = 0;
  for (const auto& [codon, count] : codons)
    chi2 += (count - 30000.0 / 61) * (count - 30000.0 / 61) / (30000.0 / 61);
  CHECK(chi2 < 60 + 4 * std::sqrt(120.0));
  CHECK(d.grammar()->chance == Approx(4.531687e-4).epsilon(1e-6));
  const double log_p = d.log_density(draw(object, 1).samples.unsqueeze(0)).item<double>();
  CHECK(-log_p / std::numbers::ln2 == Approx(60.892336).epsilon(1e-8));
  CHECK(std::exp(-log_p) == Approx(2.140029e18).epsilon(1e-6));
  // Random letters pass as often as chance says: with no codon between, 3/4096.
  const PluginObject shortest = data("coding_sequences", "{codons: 0}");
  const Grammar grammar = shortest.as<Data>().grammar().value();
  int64_t accepted = 0;
  for (int code = 0; code < 4096; ++code) {
    std::string s;
    for (int i = 0; i < 6; ++i) s += "ACGT"[(code >> (2 * i)) & 3];
    accepted += grammar.accepts(s);
  }
  CHECK(accepted == 3);
  CHECK(grammar.chance == Approx(3.0 / 4096).epsilon(1e-12));
}

TEST_CASE("A lane of synthetic data has the same bits whatever stands beside it") {
  for (const char* name : {"zinb_cells", "dirichlet", "logistic_normal", "student_t", "contaminated",
                           "motif_sequences", "coding_sequences"}) {
    INFO(name);
    const PluginObject object = data(name);
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      Random together = stream({5, 6, 7}, type), alone = stream({6}, type);
      const Batch group = object.as<Data>().draw(together, 77), single = object.as<Data>().draw(alone, 77);
      CHECK(group.samples.scalar_type() == type);
      CHECK(at::equal(group.samples[1], single.samples[0]));
      CHECK_FALSE(at::equal(group.samples[0], group.samples[1]));
      if (group.labels.defined()) CHECK(at::equal(group.labels[1], single.labels[0]));
    }
  }
}
