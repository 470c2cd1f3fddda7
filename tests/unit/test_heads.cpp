// Heads that draw: what they draw against published tables and closed forms.
#include "head_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr int64_t n = draws_count;

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
