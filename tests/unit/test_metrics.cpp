// Against exact truths (closed forms), and against NumPy, SciPy and prdc:
// tests/fixtures/make_metric_fixtures.py. Where chance is left, seeds are fixed and tolerances are four
// standard errors.
#include <saddle/plugin.hpp>

#include "catch.hpp"
#include "plugin_fixture.hpp"

#include <numbers>

using namespace saddle;
using testing::data;
using testing::from_yaml;
using testing::stream;
using testing::table;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// [lane, column]; fake [lane, n, feature…], real [m, feature…].
Tensor measure(const std::string& metric, const Tensor& fake, const Tensor& real, const Data& d,
               const std::string& yaml = "{}") {
  const PluginObject object = from_yaml(Kind::metric, metric, yaml);
  Measurement m;
  m.fake = fake;
  m.real = real.defined() ? real.unsqueeze(0) : Tensor();
  m.data = &d;
  m.random = [](std::string_view purpose) {
    return Streams({0}, at::TensorOptions(at::kDouble)).at(purpose, 0);
  };
  const Tensor result = object.as<Metric>().measure(m);
  REQUIRE(result.scalar_type() == at::kDouble);
  REQUIRE(result.sizes() ==
          at::IntArrayRef({fake.size(0), static_cast<int64_t>(object.as<Metric>().columns(d).size())}));
  return result;
}

const Data& any_data() {
  static const PluginObject object = data("ring");
  return object.as<Data>();
}

/// The first column of the only lane; fake and real [n, dimension].
double value(const std::string& metric, const Tensor& fake, const Tensor& real,
             const std::string& yaml = "{}", int64_t column = 0) {
  return measure(metric, fake.unsqueeze(0), real, any_data(), yaml)[0][column].item<double>();
}

std::vector<uint64_t> seeds(uint64_t first, size_t count) {
  std::vector<uint64_t> all(count);
  for (size_t i = 0; i < count; ++i) all[i] = first + i;
  return all;
}

/// [lane, n, dimension]
Tensor normals(uint64_t first_seed, size_t lanes, int64_t n, int64_t dimension) {
  return stream(seeds(first_seed, lanes)).normal({n, dimension});
}

Tensor samples_of(const Data& d, uint64_t first_seed, size_t lanes, int64_t n) {
  Random random = stream(seeds(first_seed, lanes));
  return d.draw(random, n).samples;
}

/// The mean lies within four standard errors of the truth.
void check_mean(const std::vector<double>& values, double truth) {
  const Tensor x = at::tensor(values, at::kDouble);
  const double mean = x.mean().item<double>();
  const double error = x.std().item<double>() / std::sqrt(static_cast<double>(values.size()));
  CAPTURE(mean, truth, error);
  CHECK(std::abs(mean - truth) < 4 * error);
}

std::vector<double> column(const Tensor& result, int64_t i = 0) {
  const Tensor x = result.select(1, i).contiguous();
  return {x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel()};
}

/// Points at the means of the ring's modes: counts[k] copies of the k-th.
Tensor at_modes(const Data& d, const std::vector<int64_t>& counts) {
  std::vector<Tensor> rows;
  for (size_t k = 0; k < counts.size(); ++k)
    rows.push_back(d.modes()->means.narrow(0, static_cast<int64_t>(k), 1).expand({counts[k], -1}));
  return at::cat(rows).unsqueeze(0);
}

const std::vector<std::string> all_metrics{
    "modes",  "high_quality",       "mode_kl",          "mode_kl_hq",
    "mmd",    "sliced_wasserstein", "precision_recall", "density_coverage",
    "moments"};

}  // namespace

TEST_CASE("Metrics of samples agree with prdc, NumPy and SciPy") {
  const auto truth = testing::json_fixture("metric_fixtures.json");
  for (const char* name : {"plane", "line", "twelve dimensions"}) {
    INFO(name);
    const auto& expected = truth.at(name);
    const Tensor real = table(expected.at("real")), fake = table(expected.at("fake"));
    const auto is = [&](const char* key) { return Approx(expected.at(key).get<double>()).epsilon(1e-12); };
    CHECK(value("precision_recall", fake, real) == is("precision"));
    CHECK(value("precision_recall", fake, real, "{}", 1) == is("recall"));
    CHECK(value("density_coverage", fake, real) == is("density"));
    CHECK(value("density_coverage", fake, real, "{}", 1) == is("coverage"));
    CHECK(value("mmd", fake, real) == Approx(expected.at("mmd").get<double>()).margin(1e-13));
    CHECK(value("mmd", fake, real, "{bandwidths: [1]}") ==
          Approx(expected.at("mmd_at_1").get<double>()).margin(1e-13));
  }
  const auto& line = truth.at("line");
  CHECK(value("sliced_wasserstein", table(line.at("fake")), table(line.at("real"))) ==
        Approx(line.at("wasserstein").get<double>()).epsilon(1e-12));
}

TEST_CASE("Metrics of modes of unequal width and weight agree with NumPy") {
  const auto truth = testing::json_fixture("metric_fixtures.json").at("unequal modes");
  const PluginObject object =
      data("gaussian_mixture", "{means: [[0, 0], [2, 0], [0, 3]], stds: [0.5, 1, 0.1], weights: [5, 3, 2]}");
  const Tensor fake = table(truth.at("fake")).unsqueeze(0);
  for (const char* metric : {"modes", "high_quality", "mode_kl", "mode_kl_hq"}) {
    INFO(metric);
    CHECK(measure(metric, fake, {}, object.as<Data>()).item<double>() ==
          Approx(truth.at(metric).get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("Perfect samples are of high quality as often as the closed form says") {
  constexpr int64_t n = 40000;
  const auto share_near = [](double found, double truth, double count) {
    CAPTURE(found, truth);
    CHECK(std::abs(found - truth) < 4 * std::sqrt(truth * (1 - truth) / count));
  };
  for (const char* name : {"ring", "grid"}) {
    const PluginObject object = data(name);
    const Tensor fake = samples_of(object.as<Data>(), 1, 1, n);
    share_near(measure("high_quality", fake, {}, object.as<Data>()).item<double>(), 0.98889100, n);
    share_near(measure("high_quality", fake, {}, object.as<Data>(), "{limit: 1}").item<double>(),
               1 - std::exp(-0.5), n);
  }
  const PluginObject line = data("gaussian_mixture", "{means: [-5, 5], stds: [0.3]}");
  share_near(
      measure("high_quality", samples_of(line.as<Data>(), 1, 1, n), {}, line.as<Data>()).item<double>(),
      0.99730020, n);
  // Twice as wide: 1 − exp(−4.5/4).
  const PluginObject wide = data("ring", "{std: 0.02}"), ring = data("ring");
  share_near(
      measure("high_quality", samples_of(wide.as<Data>(), 1, 1, n), {}, ring.as<Data>()).item<double>(),
      0.675348, n);
}

TEST_CASE("The mode divergence of perfect samples is the floor that their number sets") {
  const PluginObject ring = data("ring"), grid = data("grid");
  check_mean(column(measure("mode_kl", samples_of(ring.as<Data>(), 1, 100, 2500), {}, ring.as<Data>())),
             0.001401);
  check_mean(column(measure("mode_kl", samples_of(grid.as<Data>(), 1, 100, 2500), {}, grid.as<Data>())),
             0.004808);
}

TEST_CASE("Equal samples on m of K modes diverge by ln(K/m)") {
  const PluginObject object = data("ring");
  const Data& ring = object.as<Data>();
  const Tensor seven = at_modes(ring, {5, 5, 5, 5, 5, 5, 5, 0}),
               six = at_modes(ring, {0, 9, 9, 9, 0, 9, 9, 9});
  for (const char* metric : {"mode_kl", "mode_kl_hq"}) {
    CHECK(measure(metric, seven, {}, ring).item<double>() == Approx(0.133531).margin(1e-6));
    CHECK(measure(metric, six, {}, ring).item<double>() == Approx(0.287682).margin(1e-6));
  }
  CHECK(measure("modes", seven, {}, ring).item<double>() == 7);
  CHECK(measure("modes", six, {}, ring).item<double>() == 6);
}

TEST_CASE("Samples of low quality count for mode_kl alone, and at the limit itself quality is low") {
  const PluginObject object = data("ring", "{std: 0.25}");
  const Data& ring = object.as<Data>();
  // Three deviations of 0.25 outward from the first mode, exactly; just within; and far out.
  const Tensor fake = at::tensor({1.75, 0.0, 1.7499, 0.0, 9.0, 0.0}, at::kDouble).view({1, 3, 2});
  CHECK(measure("high_quality", fake, {}, ring).item<double>() == Approx(1.0 / 3));
  CHECK(measure("modes", fake, {}, ring).item<double>() == 1);
  CHECK(measure("mode_kl", fake, {}, ring).item<double>() == Approx(std::log(8)));
  const Tensor far = at::tensor({9.0, 0.0}, at::kDouble).view({1, 1, 2});
  CHECK(measure("modes", far, {}, ring).item<double>() == 0);
  CHECK(measure("high_quality", far, {}, ring).item<double>() == 0);
  CHECK(measure("mode_kl", far, {}, ring).item<double>() == Approx(std::log(8)));
  CHECK(std::isnan(measure("mode_kl_hq", far, {}, ring).item<double>()));
}

TEST_CASE("The estimate of MMD² is unbiased: its mean is the closed form of two Gaussians") {
  struct Row {
    double mean, std, at_half, at_one, at_two;
  };
  for (const Row& row :
       {Row{1, 1, .13284173, .17726763, .13056692}, Row{2, 1, .39259181, .56185751, .46290243},
        Row{0, 2, .07097521, .09418702, .06051352}, Row{1, 2, .11062259, .15947048, .13256756},
        Row{.1, 1, .00147984, .00192290, .00136026}, Row{0, 1, 0, 0, 0}}) {
    const std::pair<const char*, double> cases[] = {
        {"{bandwidths: [0.5]}", row.at_half},
        {"{bandwidths: [1]}", row.at_one},
        {"{bandwidths: [2]}", row.at_two},
        {"{bandwidths: [0.5, 2]}", (row.at_half + row.at_two) / 2}};
    for (const auto& [yaml, truth] : cases) {
      std::vector<double> values;
      for (uint64_t i = 0; i < 40; ++i)
        values.push_back(value("mmd", normals(1000 + i, 1, 200, 1)[0] * row.std + row.mean,
                               normals(2000 + i, 1, 150, 1)[0], yaml));
      CAPTURE(row.mean, row.std, yaml);
      check_mean(values, truth);
    }
  }
}

TEST_CASE("MMD² of a ring without one of its modes is the closed form") {
  const PluginObject ring = data("ring");
  const PluginObject seven =
      data("gaussian_mixture", R"({stds: [0.01], means: [[1, 0], [0.7071067811865476, 0.7071067811865476],
      [0, 1], [-0.7071067811865476, 0.7071067811865476], [-1, 0], [-0.7071067811865476, -0.7071067811865476], [0, -1]]})");
  std::vector<double> values;
  for (uint64_t i = 0; i < 30; ++i)
    values.push_back(value("mmd", samples_of(seven.as<Data>(), i, 1, 400)[0],
                           samples_of(ring.as<Data>(), 500 + i, 1, 400)[0],
                           "{bandwidths: [0.7071067811865476]}"));
  check_mean(values, .01410400);
}

TEST_CASE("Bandwidths of MMD² come from the real samples alone") {
  const Tensor real = normals(1, 1, 50, 2)[0], fake = normals(2, 1, 60, 2)[0];
  const Tensor pairs = at::pdist(real);
  const Tensor sorted = std::get<0>(pairs.sort());
  const int64_t count = sorted.numel();  // 1225, odd
  const double median = sorted[count / 2].item<double>();
  CHECK(
      value("mmd", fake, real, "{scales: [2]}") ==
      Approx(value("mmd", fake, real, fmt::format("{{bandwidths: [{:.17g}]}}", 2 * median))).epsilon(1e-10));
  // More than half of the pairs at distance 0: the scales themselves are the bandwidths.
  const Tensor same = at::zeros({50, 2}, at::kDouble);
  CHECK(value("mmd", fake, same, "{scales: [2]}") == value("mmd", fake, same, "{bandwidths: [2]}"));
}

TEST_CASE("The sliced Wasserstein distance of a shift is the shift, projected") {
  const Tensor line = normals(1, 1, 300, 1)[0];
  CHECK(value("sliced_wasserstein", line + 0.7, line) == Approx(0.7).epsilon(1e-12));
  CHECK(value("sliced_wasserstein", line, line) == 0);
  // In the plane the mean of |cos| over directions is 2/π, its standard deviation 0.3078.
  const Tensor plane = normals(2, 1, 300, 2)[0], shift = at::tensor({3.0, 4.0}, at::kDouble);
  const double found = value("sliced_wasserstein", plane + shift, plane);
  CHECK(std::abs(found - 10 / std::numbers::pi) < 4 * 5 * 0.3078 / std::sqrt(200));
  CHECK(std::abs(value("sliced_wasserstein", plane + shift, plane, "{directions: 20000}") -
                 10 / std::numbers::pi) < 4 * 5 * 0.3078 / std::sqrt(20000));
  CHECK(value("sliced_wasserstein", plane + shift, plane) == found);
  CHECK(value("sliced_wasserstein", plane + shift, plane, "{directions_seed: 1}") != found);
}

TEST_CASE("The sliced Wasserstein distance in one dimension is W1 between the laws, up to chance") {
  struct Row {
    double mean, std, truth;
  };
  // E|x̄ − ȳ| is the scale of what chance adds: at n = 20,000 below 0.02.
  for (const Row& row :
       {Row{1, 1, 1}, Row{2, 1, 2}, Row{0, 2, .79788456}, Row{1, 2, 1.16663094}, Row{3, .5, 3}}) {
    const double found = value("sliced_wasserstein", normals(1, 1, 20000, 1)[0] * row.std + row.mean,
                               normals(2, 1, 20000, 1)[0], "{directions: 1}");
    CAPTURE(row.mean, row.std, found);
    CHECK(std::abs(found - row.truth) < 4 * std::sqrt((1 + row.std * row.std) / 20000));
  }
  // Perfect samples of the ring: 0.021 on average at n = 2500.
  const PluginObject ring = data("ring");
  const double floor = value("sliced_wasserstein", samples_of(ring.as<Data>(), 1, 1, 2500)[0],
                             samples_of(ring.as<Data>(), 2, 1, 2500)[0]);
  CHECK(floor > 0.005);
  CHECK(floor < 0.05);
}

TEST_CASE("Identical distributions have density 1 and the coverage of the closed form") {
  struct Row {
    int64_t real, fake, k, dimension;
    double coverage;
  };
  for (const Row& row :
       {Row{100, 100, 5, 2, .97106972}, Row{1000, 500, 5, 3, .86897156}, Row{500, 1000, 5, 1, .99596666},
        Row{200, 200, 3, 12, 1 - (199.0 / 399) * (198.0 / 398) * (197.0 / 397)}}) {
    std::vector<double> density, coverage;
    for (uint64_t i = 0; i < 40; ++i) {
      const Tensor found = measure("density_coverage", normals(3000 + i, 1, row.fake, row.dimension),
                                   normals(4000 + i, 1, row.real, row.dimension)[0], any_data(),
                                   fmt::format("{{k: {}}}", row.k));
      density.push_back(found[0][0].item<double>());
      coverage.push_back(found[0][1].item<double>());
    }
    CAPTURE(row.real, row.fake, row.dimension);
    check_mean(density, 1);
    check_mean(coverage, row.coverage);
  }
}

TEST_CASE("Precision sees what is made up, recall what is missing") {
  const PluginObject object = data("ring");
  const Data& ring = object.as<Data>();
  const Tensor real = samples_of(ring, 1, 1, 1000)[0], good = samples_of(ring, 2, 1, 1000);
  const Tensor half_made_up = at::cat({good.narrow(1, 0, 500), good.narrow(1, 500, 500) * 3}, 1);
  const Tensor right =
      good.masked_select((good.select(2, 0) > 0.5).unsqueeze(2)).view({1, -1, 2});  // 3 modes of 8
  const Tensor perfect = measure("precision_recall", good, real, ring);
  CHECK(perfect[0][0].item<double>() > 0.95);
  CHECK(perfect[0][1].item<double>() > 0.95);
  CHECK(measure("precision_recall", half_made_up, real, ring)[0][0].item<double>() ==
        Approx(perfect[0][0].item<double>() / 2).margin(0.02));
  CHECK(measure("precision_recall", right, real, ring)[0][1].item<double>() == Approx(3.0 / 8).margin(0.05));
}

TEST_CASE("Balls are closed for precision and recall, open for density and coverage") {
  // Real 0, 1, 2, … 9: with k = 1 every ball has radius 1. A sample at 10 lies on the rim of the last one.
  const Tensor real = at::arange(10, at::kDouble).view({10, 1});
  const Tensor rim = at::tensor({10.0, 10.0}, at::kDouble).view({2, 1});
  CHECK(value("precision_recall", rim, real, "{k: 1}") == 1);
  CHECK(value("density_coverage", rim, real, "{k: 1}") == 0);
  CHECK(value("density_coverage", rim, real, "{k: 1}", 1) == 0);
  // A copy is another sample: the generated balls have radius 0 and hold none but real samples at 10.
  CHECK(value("precision_recall", rim, real, "{k: 1}", 1) == 0);
  CHECK(value("precision_recall", rim - 1, real, "{k: 1}", 1) == Approx(0.1));
}

TEST_CASE("A generator that makes one point only has numbers, not errors") {
  const PluginObject object = data("ring");
  const Tensor real = samples_of(object.as<Data>(), 1, 1, 200)[0];
  const Tensor point = at::zeros({1, 200, 2}, at::kFloat);
  for (const std::string& metric : all_metrics) {
    INFO(metric);
    const Tensor found = measure(metric, point, real, object.as<Data>());
    if (metric != "mode_kl_hq") CHECK(found.isfinite().all().item<bool>());
  }
  CHECK(measure("precision_recall", point, real, object.as<Data>())[0][1].item<double>() == 0);
}

TEST_CASE("Moments are mean and standard deviation of each feature") {
  const auto truth = testing::json_fixture("metric_fixtures.json");
  const PluginObject twelve =
      data("gaussian_mixture", "{means: [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]], stds: [1]}");
  const auto& expected = truth.at("twelve dimensions");
  const Tensor found = measure("moments", table(expected.at("fake")).unsqueeze(0), {}, twelve.as<Data>());
  for (int64_t i = 0; i < 12; ++i) {
    CHECK(found[0][i].item<double>() ==
          Approx(expected.at("mean")[static_cast<size_t>(i)].get<double>()).epsilon(1e-12));
    CHECK(found[0][12 + i].item<double>() ==
          Approx(expected.at("std")[static_cast<size_t>(i)].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("Columns have the names that files in the wild rely on") {
  const auto columns = [](const char* metric) {
    return from_yaml(Kind::metric, metric).as<Metric>().columns(any_data());
  };
  for (const char* metric : {"modes", "high_quality", "mode_kl", "mode_kl_hq", "mmd", "sliced_wasserstein"})
    CHECK(columns(metric) == Texts{""});
  CHECK(columns("precision_recall") == Texts{"precision", "recall"});
  CHECK(columns("density_coverage") == Texts{"density", "coverage"});
  CHECK(columns("moments") == Texts{"mean.0", "mean.1", "std.0", "std.1"});
}

TEST_CASE("A lane with a sample that is not finite is NaN, and its neighbours are as without it") {
  const PluginObject object = data("ring");
  const Data& ring = object.as<Data>();
  const Tensor real = samples_of(ring, 9, 1, 150)[0].to(at::kFloat);
  const Tensor fake = samples_of(ring, 1, 4, 130).to(at::kFloat) * 1.01;
  Tensor sick = fake.clone();
  sick[1][5][0] = not_a_number;
  sick[2][129][1] = -std::numeric_limits<double>::infinity();
  for (const std::string& metric : all_metrics) {
    INFO(metric);
    const Tensor found = measure(metric, sick, real, ring);
    CHECK(found[1].isnan().all().item<bool>());
    CHECK(found[2].isnan().all().item<bool>());
    for (const int64_t lane : {0, 3})
      CHECK(at::equal(found[lane], measure(metric, fake.narrow(0, lane, 1), real, ring)[0]));
  }
}

TEST_CASE("Images are measured in all their pixels") {
  const PluginObject object = data("gaussian_mixture", "{means: [0], stds: [1]}");
  const Tensor real = stream({1}).normal({40, 1, 6, 6})[0], fake = stream({2, 3}).normal({50, 1, 6, 6});
  for (const char* metric : {"mmd", "sliced_wasserstein", "precision_recall", "density_coverage"}) {
    INFO(metric);
    CHECK(at::equal(measure(metric, fake, real, object.as<Data>()),
                    measure(metric, fake.flatten(2), real.flatten(1), object.as<Data>())));
  }
}

TEST_CASE("Too few samples for an estimate give NaN") {
  const Tensor one = normals(1, 1, 1, 2)[0], three = normals(2, 1, 3, 2)[0], many = normals(3, 1, 50, 2)[0];
  CHECK(std::isnan(value("mmd", one, many)));
  CHECK(std::isnan(value("mmd", many, one)));
  CHECK(std::isnan(value("precision_recall", three, many)));
  CHECK(std::isnan(value("precision_recall", many, three)));
  CHECK(std::isnan(value("density_coverage", many, three)));
  CHECK_FALSE(std::isnan(value("density_coverage", one, many)));
  CHECK(std::isnan(value("moments", one, many, "{}", 2)));
  CHECK_FALSE(std::isnan(value("sliced_wasserstein", one, many)));
}

TEST_CASE("A metric that says how many samples it takes is NaN of one fewer, and not of as many") {
  size_t said = 0;
  for (const RegisteredPlugin* plugin : testing::built_plugins().of(Kind::metric)) {
    const PluginObject object = from_yaml(Kind::metric, plugin->name());
    const int64_t smallest = object.as<Metric>().smallest_samples();
    if (smallest == 1) continue;
    INFO(plugin->name());
    ++said;
    const Tensor fake = normals(1, 1, smallest, 2), real = normals(2, 1, smallest, 2)[0];
    CHECK(
        measure(plugin->name(), fake.narrow(1, 0, smallest - 1), real.narrow(0, 0, smallest - 1), any_data())
            .isnan()
            .any()
            .item<bool>());
    CHECK(measure(plugin->name(), fake, real, any_data()).isfinite().all().item<bool>());
  }
  CHECK(said >= 5);
}

TEST_CASE("Metrics of modes say that they need modes") {
  class Unknown final : public Data {
   public:
    Shape shape() const override { return {2}; }
    Batch draw(Random& random, int64_t batch) const override { return {random.normal({batch, 2}), {}}; }
    Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  } unknown;
  for (const std::string& metric : all_metrics) {
    INFO(metric);
    const PluginObject object = from_yaml(Kind::metric, metric);
    const bool about_modes = metric == "modes" || metric == "high_quality" || metric.rfind("mode_kl", 0) == 0;
    Parts parts;
    parts.data = &unknown;
    CHECK(object.as<Metric>().unsupported(parts) == (about_modes ? "the data has no known modes" : ""));
    parts.data = &any_data();
    CHECK(object.as<Metric>().unsupported(parts).empty());
  }
}
