// Heads that draw: what they draw against published tables and closed forms, and what their gradients are
// against exact ones, bias included.
#include <cmath>
#include <functional>

#include "game_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr int64_t n = 1'000'000;

/// Samples of one lane in the given mode: raw [batch, raw…] -> [batch, feature…].
Tensor draw(const PluginObject& head, const Tensor& raw, Mode mode, uint64_t seed = 3) {
  Random random = stream({seed}, raw.scalar_type());
  return head.as<Head>().forward({{}, {}, mode}, raw.unsqueeze(0), random)[0];
}

Tensor repeated(std::vector<double> row, int64_t times = n) {
  return at::tensor(row, at::kDouble).unsqueeze(0).repeat({times, 1});
}

bool mean_is(const Tensor& x, double truth) {
  return std::abs(number(x.mean()) - truth) <
         4 * number(x.std()) / std::sqrt(static_cast<double>(x.numel())) + 1e-12;
}

double logit(double p) { return std::log(p / (1 - p)); }
double softplus_inverse(double y) { return std::log(std::expm1(y)); }

/// A count head that has seen samples of so many features.
PluginObject count_head(const char* name, const Settings& settings, const Shape& sample, Declare& d) {
  PluginObject object = make(Kind::head, name, settings);
  object.as<Head>().declare(d, sample);
  return object;
}

/// d mean f(x) / d raw of every draw: [batch, raw].
Tensor slopes(const PluginObject& head, const Tensor& raw, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor at_raw = raw.clone().requires_grad_();
  return gradients(f(draw(head, at_raw, Mode::training)).sum(), {at_raw})[0];
}

Tensor square(const Tensor& x) { return x.square(); }

}  // namespace

TEST_CASE("Gumbel-softmax draws symbols with the probabilities of the softmax at every temperature") {
  const std::vector<double> logits{0.3, -1.2, 1.5, 0.0};
  const Tensor p = at::softmax(at::tensor(logits, at::kDouble), 0);
  for (const double temperature : {0.1, 0.5, 1.0, 10.0}) {
    const PluginObject head = make(Kind::head, "gumbel_softmax", {{"temperature", temperature}});
    const Tensor soft = draw(head, repeated(logits), Mode::training);
    const Tensor hard = draw(head, repeated(logits), Mode::evaluation);
    CAPTURE(temperature);
    CHECK(number((soft.sum(1) - 1).abs().max()) < 1e-12);
    CHECK((soft.argmax(1) == hard.argmax(1)).all().item<bool>());  // one stream, one symbol
    CHECK(hard.amax(1).eq(1).all().item<bool>());
    for (int64_t i = 0; i < 4; ++i) CHECK(mean_is(hard.select(1, i), number(p[i])));
  }
  const PluginObject cold = make(Kind::head, "gumbel_softmax", {{"temperature", 1e-6}}),
                     warm = make(Kind::head, "gumbel_softmax", {{"temperature", 1e6}});
  for (int64_t i = 0; i < 4; ++i)
    CHECK(mean_is(draw(cold, repeated(logits), Mode::training).select(1, i), number(p[i])));
  CHECK(number((draw(warm, repeated(logits), Mode::training) - 0.25).abs().max()) < 1e-4);
}

TEST_CASE("binary concrete bits have the moments of papers.md, and their limits") {
  struct Row {
    double theta, temperature, mean, variance;
  };
  for (const Row& r :
       {Row{.1, .1, .101183, .081878}, Row{.1, .5, .127457, .060870}, Row{.1, 1, .183985, .045153},
        Row{.1, 2, .279241, .025719}, Row{.3, .1, .301358, .189631}, Row{.3, .5, .325253, .124347},
        Row{.3, 1, .362078, .075782}, Row{.3, 2, .409999, .033730}, Row{.5, .1, .5, .225201},
        Row{.5, .5, .5, .142699}, Row{.5, 1, .5, .083333}, Row{.5, 2, .5, .035398},
        Row{.7, 1, 1 - .362078, .075782}, Row{.3, 1e-6, .3, .21}, Row{.3, 1e6, .5, 0}}) {
    CAPTURE(r.theta, r.temperature);
    const PluginObject head = make(Kind::head, "binary_concrete", {{"temperature", r.temperature}});
    const Tensor x = draw(head, repeated({logit(r.theta)}), Mode::training);
    // The table has six digits.
    CHECK(std::abs(number(x.mean()) - r.mean) < 4 * std::sqrt(r.variance / n) + 1e-6);
    CHECK(std::abs(number(x.var()) - r.variance) <
          4 * number((x - r.mean).square().std()) / std::sqrt(1.0 * n) + 1e-6);
    CHECK(mean_is(draw(head, repeated({logit(r.theta)}), Mode::evaluation), r.theta));
  }
}

TEST_CASE("hard concrete numbers are exactly 0 and 1 as often as papers.md says") {
  struct Row {
    double logit, not_zero, one, mean;
  };
  for (const Row& r : {Row{-3, .19759355, .00996564, .060419}, Row{-1, .64533522, .06922878, .292946},
                       Row{0, .83182218, .16817782, .5}, Row{1, .93077122, .35466478, .707054},
                       Row{3, .99003436, .80240645, .939581}})
    for (const Mode mode : {Mode::training, Mode::evaluation}) {
      CAPTURE(r.logit);
      const Tensor x = draw(make(Kind::head, "hard_concrete"), repeated({r.logit}), mode);
      CHECK(mean_is((x != 0).to(at::kDouble), r.not_zero));
      CHECK(mean_is((x == 1).to(at::kDouble), r.one));
      CHECK(std::abs(number(x.mean()) - r.mean) < 4 * number(x.std()) / 1000 + 1e-6);
    }
}

TEST_CASE("a temperature is what the schedule makes of it, lane by lane") {
  const PluginObject head =
      make(Kind::head, "binary_concrete", {{"temperature", Setting::each({1, 0.5})}}, 2);
  const Tensor raw = at::full({2, 5, 3}, 0.4, at::kDouble);
  Random one = stream({1, 1}), other = stream({1, 1});
  const Tensor scheduled = head.as<Head>().forward({{}, {}, Mode::training, {0.5, 0.2}}, raw, one);
  const LaneReal start({1, 0.5}, at::kDouble);
  CHECK(Params({}, {}, Mode::training).temperature(start).at(1) == 0.5);
  const LaneReal coldest = Params({}, {}, Mode::training, {0, 1e-5}).temperature(start);
  CHECK(coldest.at(0) == 1e-3);
  CHECK(coldest.at(1) == 5e-4);
  const Tensor noisy = raw + other.logistic({5, 3});
  CHECK(number((scheduled[0] - (noisy[0] / 0.5).sigmoid()).abs().max()) < 1e-15);
  CHECK(number((scheduled[1] - (noisy[1] / 0.1).sigmoid()).abs().max()) < 1e-15);
}

TEST_CASE("heads of counts have the moments and the share of zeros of papers.md") {
  struct Row {
    double mean, theta, dropout, zero, expected, variance;
  };
  for (const Row& r :
       {Row{1, 1, 0, .5, 1, 2}, Row{5, 2, 0, .08163265, 5, 17.5}, Row{5, 2, .3, .35714286, 3.5, 17.5},
        Row{10, .5, .5, .60910895, 5, 130}, Row{.5, 10, .1, .65252193, .45, .495}}) {
    CAPTURE(r.mean, r.theta, r.dropout);
    Declare d;
    const PluginObject head =
        count_head(r.dropout > 0 ? "zinb" : "negative_binomial", {{"dispersion", "cell"}}, {1}, d);
    std::vector<double> raw{softplus_inverse(r.mean), softplus_inverse(r.theta - 1e-4)};
    if (r.dropout > 0) raw.push_back(logit(r.dropout));
    const Tensor x = draw(head, repeated(raw), Mode::evaluation);
    CHECK(x.eq(x.floor()).all().item<bool>());
    CHECK(mean_is((x == 0).to(at::kDouble), r.zero));
    CHECK(mean_is(x, r.expected));
    CHECK(mean_is((x - r.expected).square(), r.variance));
    // Relaxed ones have the mean and the variance too, without dropout.
    if (r.dropout > 0) continue;
    Declare other;
    const PluginObject relaxed =
        count_head("negative_binomial", {{"dispersion", "cell"}, {"gradient", "relaxed"}}, {1}, other);
    const Tensor y = draw(relaxed, repeated(raw), Mode::training);
    CHECK(y.eq(y.floor()).logical_and(y > 1e-9).sum().item<int64_t>() < 5);  // tiny ones are 0
    CHECK(mean_is(y, r.expected));
    CHECK(mean_is((y - r.expected).square(), r.variance));
  }
}

TEST_CASE("dispersions belong to genes, cells or both, and start at 1") {
  const auto raw_numbers = [](const char* head, const char* dispersion) {
    return make(Kind::head, head, {{"dispersion", dispersion}}).as<Head>().raw_shape({2, 3})[0];
  };
  CHECK(raw_numbers("negative_binomial", "gene") == 6);
  CHECK(raw_numbers("negative_binomial", "cell") == 7);
  CHECK(raw_numbers("negative_binomial", "both") == 12);
  CHECK(raw_numbers("zinb", "gene") == 12);
  CHECK(raw_numbers("zinb", "both") == 18);
  Declare d;
  const PluginObject head = count_head("negative_binomial", {}, {2}, d);
  REQUIRE(d.params().size() == 1);
  CHECK(d.params()[0].shape == Shape{2});
  CHECK(std::log1p(std::exp(d.params()[0].init.scale)) == Approx(1).epsilon(1e-12));
  // Each gene's own: variances μ + μ²/θ.
  const Tensor theta = at::tensor({softplus_inverse(0.5), softplus_inverse(8.0)}, at::kDouble).unsqueeze(0);
  Random random = stream({3});
  const Tensor x =
      head.as<Head>().forward({{theta}, {}, Mode::evaluation},
                              repeated({softplus_inverse(4), softplus_inverse(4)}).unsqueeze(0), random)[0];
  CHECK(mean_is((x.select(1, 0) - 4).square(), 4 + 16 / (0.5 + 1e-4)));
  CHECK(mean_is((x.select(1, 1) - 4).square(), 4 + 16 / (8 + 1e-4)));
}

TEST_CASE("the likelihood of counts is the distribution that is drawn from") {
  Declare d;
  const PluginObject head = count_head("zinb", {{"dispersion", "both"}}, {1}, d);
  const std::vector<double> raw{1.2, -0.4, -1.0};
  const Tensor x = draw(head, repeated(raw), Mode::evaluation);
  const Tensor k = at::arange(0, 6, at::kDouble).view({1, 6, 1});
  const Tensor p =
      head.as<Head>().log_likelihood({{}, {}, Mode::training}, repeated(raw, 6).unsqueeze(0), k).exp()[0];
  for (int64_t i = 0; i < 6; ++i) CHECK(mean_is((x == i).to(at::kDouble), number(p[i])));
}

TEST_CASE("library sizes are the data's, a number, or drawn from their log-normal") {
  class Cells final : public Data {
   public:
    Shape shape() const override { return {2}; }
    Batch draw(Random& random, int64_t batch) const override {
      const Tensor total = at::where(random.uniform({batch, 1}) < 0.25, 100.0, 400.0);
      return {at::cat({total, at::zeros_like(total)}, 2), {}};
    }
    Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  } cells;
  const Tensor raw = repeated({1.0, 0.0});
  const double share = 1 / (1 + std::exp(-1));
  const auto draws = [&](const Settings& settings) {
    PluginObject head = make(Kind::head, "poisson", settings);
    Random random = stream({9});
    head.as<Head>().observe(cells, random);
    Declare d;
    head.as<Head>().declare(d, {2});
    return draw(head, raw, Mode::evaluation);
  };
  const Tensor fixed = draws({{"library", "fixed"}, {"size", 50.0}});
  CHECK(mean_is(fixed.select(1, 0), 50 * share));
  CHECK(mean_is((fixed.sum(1) - 50).square(), 50));
  // 4096 cells were looked at: their share of small ones is 1/4 within four standard errors.
  const double looked = 4 * std::sqrt(0.1875 / 4096);
  const Tensor observed = draws({{"library", "observed"}}).sum(1);
  CHECK(std::abs(number((observed < 250).to(at::kDouble).mean()) - 0.25) < looked + 0.002);
  CHECK(mean_is(observed.masked_select(observed < 250), 100));
  const Tensor mean_total = draws({{"library", "fixed"}}).sum(1);
  CHECK(std::abs(number(mean_total.mean()) - 325) < 300 * looked);
  // ln of the totals: 100 and 400 with these shares, hence a mean of ln 100 + ¾ ln 4 and a standard deviation
  // of √3/4 ln 4. Poisson noise on top adds 1/total to the variance of the logarithm.
  const Tensor logs = draws({{"library", "log_normal"}}).sum(1).log();
  CHECK(std::abs(number(logs.mean()) - std::log(100) - 0.75 * std::log(4)) < 1.4 * looked + 0.01);
  CHECK(std::abs(number(logs.std()) - std::sqrt(3) / 4 * std::log(4)) < 0.04);
}

TEST_CASE("count heads refuse what they can't do") {
  PluginObject head = make(Kind::head, "zinb", {{"library", "observed"}, {"gradient", "score_function"}});
  Declare d;
  CHECK_THROWS_AS(head.as<Head>().declare(d, {3}), ParamError);
}

TEST_CASE("heads that draw have finite samples, likelihoods and slopes, however large the raw output") {
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head)) {
    const ParamSpec* gradient = plugin->schema->find("gradient");
    for (const std::string& choice : gradient ? gradient->choices : std::vector<std::string>{""})
      for (const double size : {1.0, 100.0, 1e4}) {
        Settings settings;
        if (gradient) settings.emplace("gradient", choice.c_str());
        PluginObject object = make(*plugin, settings, 1, at::kFloat);
        const auto& head = object.as<Head>();
        Declare d;
        object.as<Head>().declare(d, {3});
        Shape shape = head.raw_shape({3});
        shape.insert(shape.begin(), 200);
        const Params params = random_params(d, {1}, at::kFloat);
        const Tensor raw = (normals("raw", shape, {1}, at::kFloat) * size).requires_grad_();
        Random random = stream({1}, at::kFloat);
        const Tensor x = head.forward(params, raw, random);
        CAPTURE(plugin->name(), choice, size);
        CHECK(x.isfinite().all().item<bool>());
        if (x.requires_grad()) CHECK(gradients(x.sum(), {raw})[0].isfinite().all().item<bool>());
        if (!head.has_likelihood()) continue;
        ++found;
        // Samples of another raw output, within the edges that a density may have.
        const Tensor other = normals("other", shape, {1}, at::kFloat);
        const Tensor y = head.forward({params.all(), {}, Mode::evaluation}, other, random).detach();
        const Tensor mass = head.log_likelihood(params, raw, y);
        CHECK(mass.sizes() == at::IntArrayRef({1, 200}));
        CHECK(mass.isfinite().all().item<bool>());
        CHECK(gradients(mass.sum(), {raw})[0].isfinite().all().item<bool>());
      }
  }
  CHECK(found >= 3 * (1 + 2 * 3 + 3 * 4));
}

TEST_CASE(
    "a head gives one lane the same bits alone and among others, under every choice and at its own "
    "temperature") {
  // Some samples of counts for those that look at the data.
  class Cells final : public Data {
   public:
    Shape shape() const override { return {5}; }
    Batch draw(Random& random, int64_t batch) const override {
      return {random.uniform({batch, 5}, 0, 9).floor(), {}};
    }
    Batch held_out(Random& random, int64_t count) const override { return draw(random, count); }
  } cells;
  const auto made = [&](const RegisteredPlugin& plugin, Settings settings,
                        const std::vector<double>& temperatures, at::ScalarType dtype, Declare& d) {
    if (plugin.schema->find("temperature"))
      settings.insert_or_assign("temperature", Setting::each(temperatures));
    PluginObject head = make(plugin, settings, static_cast<int64_t>(temperatures.size()), dtype);
    Random random = stream({0}, dtype);
    head.as<Head>().observe(cells, random);
    head.as<Head>().declare(d, {5});
    return head;
  };
  const auto results = [](const PluginObject& object, const Params& params, const Tensor& raw,
                          std::vector<uint64_t> seeds) {
    const auto& head = object.as<Head>();
    Random random = stream(std::move(seeds), raw.scalar_type());
    const Tensor at_raw = raw.detach().clone().requires_grad_();
    const Tensor x = head.forward(params, at_raw, random);
    std::vector<Tensor> of = params.all(), all{x};
    of.push_back(at_raw);
    const auto add = [&](const Tensor& y) {
      for (const Tensor& slope : gradients(y, of)) all.push_back(slope);
    };
    if (x.requires_grad()) add(x.square());
    if (head.has_likelihood() && !head.support().composition) {
      all.push_back(head.log_likelihood(params, at_raw, x.detach().floor()));
      add(all.back());
    }
    return all;
  };
  const std::vector<uint64_t> seeds{4, 5, 6};
  const std::vector<double> temperatures{0.5, 1, 0.7};
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head))
    for (const ParamSpec& p : plugin->schema->params())
      for (const std::string& choice : p.choices)
        for (const auto dtype : {at::kFloat, at::kDouble}) {
          const Settings settings{{p.name, choice.c_str()}};
          Declare d;
          const PluginObject many = made(*plugin, settings, temperatures, dtype, d);
          Shape shape = many.as<Head>().raw_shape({5});
          shape.insert(shape.begin(), 13);
          const Tensor raw = normals("raw", shape, seeds, dtype) * 2;
          const Params params = random_params(d, seeds, dtype);
          const auto together = results(many, params, raw, seeds);
          for (int64_t lane = 0; lane < 3; ++lane) {
            const auto i = static_cast<size_t>(lane);
            Declare own;
            const PluginObject one = made(*plugin, settings, {temperatures[i]}, dtype, own);
            const auto alone = results(one, lane_of(params, lane), lane_of(raw, lane), {seeds[i]});
            REQUIRE(alone.size() == together.size());
            for (size_t k = 0; k < alone.size(); ++k) {
              CAPTURE(plugin->name(), p.name, choice, lane, k);
              CHECK(same_bits(alone[k], lane_of(together[k], lane)));
            }
          }
          ++found;
        }
  CHECK(found >= 2 * (2 * 3 + 3 * 8 + 2 * 3));
}

TEST_CASE("gradients through counts have their documented bias, of a square and of a cube") {
  // With f(k) = k² the truth is d E f/dλ = E f(k + 1) − E f(k) = 2λ + 1, with f(k) = k³ it is 3λ² + 6λ + 1.
  const double rate = 2.5, raw = softplus_inverse(rate), rate_slope = 1 - std::exp(-rate);
  const auto head = [](const char* gradient) {
    Declare d;
    return count_head("poisson", {{"gradient", gradient}}, {1}, d);
  };
  const auto cube = [](const Tensor& x) { return x.pow(3); };
  const Tensor at_raw = repeated({raw});
  // f′(k) for f(k + 1) − f(k): 1 too little, and 3k + 1.
  CHECK(mean_is(slopes(head("straight_through"), at_raw, square) / rate_slope, 2 * rate));
  CHECK(mean_is(slopes(head("straight_through"), at_raw, cube) / rate_slope, 3 * rate * rate + 3 * rate));
  // Mean and variance are right, the third moment is λ³ + 3λ² + 2λ in place of λ³ + 3λ² + λ.
  CHECK(mean_is(slopes(head("relaxed"), at_raw, square) / rate_slope, 2 * rate + 1));
  CHECK(mean_is(slopes(head("relaxed"), at_raw, cube) / rate_slope, 3 * rate * rate + 6 * rate + 2));
  CHECK(number(slopes(head("mean"), at_raw, square).mean()) == Approx(rate_slope * 2 * rate).epsilon(1e-7));
  CHECK(number(slopes(head("mean"), at_raw, cube).mean()) ==
        Approx(rate_slope * 3 * rate * rate).epsilon(1e-7));
  // None of them is biased where f is linear.
  for (const char* gradient : {"straight_through", "relaxed", "mean"})
    CHECK(mean_is(slopes(head(gradient), at_raw, [](const Tensor& x) { return 3 * x; }) / rate_slope, 3));
}

TEST_CASE("gradients through zero-inflated counts have their documented bias, in every raw number") {
  // E k² = (1 − π)(μ + μ² + μ²/θ).
  const double mean = 3, theta = 1.5, dropout = 0.3;
  const std::vector<double> raw{softplus_inverse(mean), softplus_inverse(theta - 1e-4), logit(dropout)};
  const double mean_slope = 1 - std::exp(-mean), theta_slope = 1 - std::exp(-(theta - 1e-4)),
               keep_slope = -dropout * (1 - dropout);
  const double second = mean * mean * (1 + 1 / theta), keep = 1 - dropout;
  const auto measured = [&](const char* gradient) {
    Declare d;
    const PluginObject head =
        count_head("zinb", {{"dispersion", "cell"}, {"gradient", gradient}, {"temperature", 0.001}}, {1}, d);
    return slopes(head, repeated(raw), square);
  };
  const Tensor straight = measured("straight_through");
  CHECK(mean_is(straight.select(1, 0) / mean_slope, keep * 2 * mean * (1 + 1 / theta)));  // truth: 1 − π more
  CHECK(mean_is(straight.select(1, 1) / theta_slope, -keep * mean * mean / (theta * theta)));  // no bias
  // f′(k) k for f(k) − f(0), where the count is kept: twice the truth for a square, times its share.
  CHECK(mean_is(straight.select(1, 2) / keep_slope, keep * 2 * (mean + second)));
  const Tensor means = measured("mean");
  CHECK(number(means.select(1, 0).mean()) == Approx(mean_slope * keep * keep * 2 * mean).epsilon(1e-7));
  CHECK(means.select(1, 1).eq(0).all().item<bool>());
  // Cold, relaxed dropout is nearly the truth.
  const Tensor relaxed = measured("relaxed");
  CHECK(mean_is(relaxed.select(1, 0) / mean_slope, keep * (1 + 2 * mean * (1 + 1 / theta))));
  CHECK(mean_is(relaxed.select(1, 1) / theta_slope, -keep * mean * mean / (theta * theta)));
}

TEST_CASE("relaxed and straight-through bits have the biased gradients of papers.md") {
  // f(b) = (b − t)²: the truth by the logit is θ(1 − θ)(1 − 2t).
  struct Row {
    double t, theta, temperature, gradient;
  };
  for (const Row& r : {Row{.45, .5, .1, .0247989}, Row{.45, .5, .5, .0214602}, Row{.45, .1, .5, -.0220104},
                       Row{.45, .9, .5, .0421470}, Row{.45, .5, 1, .0166667}, Row{.45, .1, 1, -.0318487},
                       Row{.499, .1, .5, -.0318774}, Row{.499, .5, 1, .00033333}}) {
    CAPTURE(r.t, r.theta, r.temperature);
    const PluginObject head = make(Kind::head, "binary_concrete", {{"temperature", r.temperature}});
    const Tensor got =
        slopes(head, repeated({logit(r.theta)}), [&](const Tensor& x) { return (x - r.t).square(); });
    CHECK(mean_is(got, r.gradient));
  }
  // Straight-through at b takes f′(b) times the slope of the relaxed bit. With one at a temperature of 1 that
  // is s(1 − s), s = sigmoid(logit + logistic) uniform at a logit of 0: ∫ s(1 − s) over each half is 1/12.
  const PluginObject head =
      make(Kind::head, "binary_concrete", {{"temperature", 1.0}, {"gradient", "straight_through"}});
  const double t = 0.45;
  const Tensor got = slopes(head, repeated({0.0}), [&](const Tensor& x) { return (x - t).square(); });
  CHECK(mean_is(got, (2 * (1 - t) - 2 * t) / 12));
  const Tensor x = draw(head, repeated({0.0}, 100), Mode::training);
  CHECK(((x == 0) + (x == 1)).all().item<bool>());
}

namespace {

/// A critic of fixed taste: the score of a sample is −Σ (x − t)², so that Wasserstein's generator descends
/// its mean.
class Taste final : public Critic {
 public:
  void declare(Declare&, const Shape&) override {}
  Tensor forward(const Params&, const Tensor& x) const override { return -sample_sum((x - t).square()); }
  double t = 0.45;
};

/// d loss / d bias of the generator's last layer, of 100 lanes with batches of 2,000: [lane, raw].
Tensor game_slopes(const PluginObject& head, const std::vector<double>& raw, const char* divergence,
                   double* loss = nullptr) {
  const auto width = static_cast<int64_t>(raw.size());
  const int64_t lanes = 100, batch = 2000;
  const PluginObject gan = make(Kind::objective, "gan"),
                     criterion = make(Kind::divergence, divergence, {}, lanes);
  PluginObject generator = make(Kind::generator, "mlp", {{"widths", list<int>({})}});
  Declare declared;
  generator.as<Generator>().declare(declared, {1}, {width});
  const Taste critic;
  Parts parts;
  parts.generator = &generator.as<Generator>();
  parts.head = &head.as<Head>();
  parts.critic = &critic;
  parts.divergence = &criterion.as<Divergence>();
  REQUIRE(gan.as<Objective>().illegal(parts).empty());
  TestPlay play(parts);
  play.batch.samples = at::zeros({lanes, batch, 1}, at::kDouble);
  play.chosen_latents = at::zeros({lanes, batch, 1}, at::kDouble);
  const Tensor bias = at::tensor(raw, at::kDouble).unsqueeze(0).repeat({lanes, 1}).requires_grad_();
  play.generator_params = {at::zeros({lanes, 1, width}, at::kDouble), bias};
  play.seeds.clear();
  for (int64_t i = 0; i < lanes; ++i) play.seeds.push_back(static_cast<uint64_t>(i));
  const Tensor losses = gan.as<Objective>().loss(gan.as<Objective>().players(parts).at(1), play);
  if (loss) *loss = number(losses.mean());
  return gradients(losses.sum(), {bias})[0];
}

}  // namespace

TEST_CASE("the score function is unbiased, in every discrete head") {
  const Settings score{{"gradient", "score_function"}};
  for (const double theta : {0.1, 0.5, 0.9}) {
    CAPTURE(theta);
    double loss = 0;
    const Tensor got =
        game_slopes(make(Kind::head, "binary_concrete", score), {logit(theta)}, "wasserstein", &loss);
    CHECK(mean_is(got, theta * (1 - theta) * (1 - 2 * 0.45)));
    CHECK(std::abs(loss - 0.2025 - theta * 0.1) < 4 * 0.05 / std::sqrt(200'000.0));
    // The baseline leaves little: θ(1 − θ)(1 − 2θ)² Δ² a sample and a third more than nothing at θ = ½.
    const double spread = number(got.var()) * 2000;
    CHECK(spread < theta * (1 - theta) * (1 - 2 * theta) * (1 - 2 * theta) * 0.01 * 1.6 + 1e-4);
  }
  const std::vector<double> logits{0.3, -1.2, 1.5};
  const Tensor p = at::softmax(at::tensor(logits, at::kDouble), 0);
  // f of a one-hot vector is the same for all symbols: no slope. Its mean is 0, and not just small.
  const Tensor flat = game_slopes(make(Kind::head, "gumbel_softmax", score), logits, "wasserstein");
  CHECK(number(flat.abs().max()) < 1e-12);
  const double rate = 2.5;
  Declare d;
  const Tensor counts =
      game_slopes(count_head("poisson", score, {1}, d), {softplus_inverse(rate)}, "wasserstein");
  CHECK(mean_is(counts / (1 - std::exp(-rate)), 2 * rate + 1 - 2 * 0.45));
  // Zero-inflated: E (k − t)² = t² + (1 − π)(μ + μ² + μ²/θ − 2tμ).
  const double mean = 3, theta = 1.5, dropout = 0.3, t = 0.45;
  Declare e;
  Settings cell = score;
  cell.emplace("dispersion", "cell");
  const Tensor z =
      game_slopes(count_head("zinb", cell, {1}, e),
                  {softplus_inverse(mean), softplus_inverse(theta - 1e-4), logit(dropout)}, "wasserstein");
  CHECK(mean_is(z.select(1, 0) / (1 - std::exp(-mean)),
                (1 - dropout) * (1 + 2 * mean * (1 + 1 / theta) - 2 * t)));
  CHECK(mean_is(z.select(1, 1) / (1 - std::exp(-(theta - 1e-4))),
                -(1 - dropout) * mean * mean / (theta * theta)));
  CHECK(mean_is(z.select(1, 2),
                -dropout * (1 - dropout) * (mean + mean * mean * (1 + 1 / theta) - 2 * t * mean)));
}

TEST_CASE("the score function goes through every divergence whose loss is a mean over samples") {
  // Bits of θ: d E l/d logit = θ(1 − θ)(l(1) − l(0)), l by the divergence's own loss at the scores.
  const double theta = 0.3;
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::divergence)) {
    const PluginObject alone = make(*plugin);
    if (!alone.as<Divergence>().has_generator_losses() || !alone.as<Divergence>().uses_critic()) continue;
    const auto loss_at = [&](double x) {
      const Tensor samples = at::full({1, 1, 1}, x, at::kDouble);
      return number(alone.as<Divergence>().generator_loss(
          Round(content(samples, samples, Player::generator,
                        [](const Tensor& y) { return -sample_sum((y - 0.45).square()); }))));
    };
    const Tensor got = game_slopes(make(Kind::head, "binary_concrete", {{"gradient", "score_function"}}),
                                   {logit(theta)}, plugin->name().c_str());
    CAPTURE(plugin->name());
    CHECK(mean_is(got, theta * (1 - theta) * (loss_at(1) - loss_at(0))));
    ++found;
  }
  CHECK(found >= 14);
}

TEST_CASE("what the score function can't go through is named") {
  const PluginObject gan = make(Kind::objective, "gan"),
                     score = make(Kind::head, "binary_concrete", {{"gradient", "score_function"}}),
                     energy = make(Kind::divergence, "energy"),
                     wasserstein = make(Kind::divergence, "wasserstein");
  class OnBatch final : public Critic {
   public:
    void declare(Declare&, const Shape&) override {}
    Tensor forward(const Params&, const Tensor& x) const override { return sample_sum(x); }
    bool works_on_batch() const override { return true; }
  } on_batch;
  class OfGenerator final : public Penalty {
   public:
    Player player() const override { return Player::generator; }
  } of_generator;
  const Taste taste;
  Parts parts;
  parts.head = &score.as<Head>();
  parts.critic = &taste;
  parts.divergence = &energy.as<Divergence>();
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("the divergence compares whole batches"));
  parts.divergence = &wasserstein.as<Divergence>();
  CHECK(gan.as<Objective>().illegal(parts).empty());
  parts.critic = &on_batch;
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("the critic scores samples by those beside them"));
  parts.critic = &taste;
  parts.penalties = {&of_generator};
  CHECK_THAT(gan.as<Objective>().illegal(parts), holds("a penalty adds to that of the whole batch"));
  const PluginObject vae = make(Kind::objective, "vae");
  NormalPrior prior;
  TestData data;
  parts.prior = &prior;
  parts.data = &data;
  CHECK_THAT(vae.as<Objective>().illegal(parts), holds("likelihood: head needs none"));
}
