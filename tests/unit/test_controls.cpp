// What other generators are held against: training samples drawn again, Markov chains, fits of maximum
// likelihood. Against enumeration and closed forms.
#include "data_fixture.hpp"
#include "head_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;
using fixtures::Folder;

namespace {

/// A resampling head that has looked at these data.
PluginObject resample(const PluginObject& of, const Settings& settings = {}) {
  PluginObject head = make(Kind::head, "resample", settings);
  Random random = stream({1});
  head.as<Head>().observe(of.as<Data>(), random);
  return head;
}

Tensor drawn(const PluginObject& head, int64_t n) {
  return draw(head, at::zeros({n, 1}, at::kDouble), Mode::evaluation);
}

struct Chain {
  Chain(int order, const char* positions, Shape sample)
      : object(make(Kind::head, "markov_chain", {{"order", order}, {"positions", positions}})),
        shape(head().raw_shape(sample)) {
    Declare d;
    object.as<Head>().declare(d, sample);
  }
  const Head& head() const { return object.as<Head>(); }
  /// ln of the probabilities of [n, position, symbol] under raw numbers [context, symbol].
  Tensor log_mass(const Tensor& raw, const Tensor& x) const {
    return head().log_likelihood({{}, {}, Mode::evaluation}, repeated(raw, x.size(0)), x.unsqueeze(0))[0];
  }
  static Tensor repeated(const Tensor& raw, int64_t n) {
    return raw.unsqueeze(0).unsqueeze(0).expand({1, n, raw.size(0), raw.size(1)});
  }
  PluginObject object;
  Shape shape;
};

/// Every sequence of so many symbols, one-hot: [symbols^length, length, symbols].
Tensor all_sequences(int64_t length, int64_t symbols) {
  const auto count = static_cast<int64_t>(std::pow(symbols, length));
  Tensor index = at::arange(count, at::kLong);
  std::vector<Tensor> columns;
  for (int64_t i = 0; i < length; ++i) {
    columns.push_back(index.remainder(symbols));
    index = index.div(symbols, "floor");
  }
  const Tensor at_symbol = at::stack(columns, 1).unsqueeze(2);
  return at::zeros({count, length, symbols}, at::kDouble).scatter(2, at_symbol, 1.0);
}

/// Sequences of three symbols that follow each other unevenly: [n, 5, 3].
Tensor uneven(int64_t n) {
  Tensor index = (normals("first", {n}).squeeze(0) > 0.3).to(at::kLong);
  std::vector<Tensor> columns{index};
  for (int i = 1; i < 5; ++i) {
    const Tensor moves = (normals("next" + std::to_string(i), {n}).squeeze(0) > 0.5 - 0.3 * i).to(at::kLong);
    columns.push_back(index = (index + moves * 2).remainder(3));
  }
  return at::zeros({n, 5, 3}, at::kDouble).scatter(2, at::stack(columns, 1).unsqueeze(2), 1.0);
}

/// Loss and gradient by the generator's parameters of a maximum-likelihood fit: point and this head.
struct Fit {
  Fit(const Head& head, const Tensor& raw, const Tensor& x)
      : objective(make(Kind::objective, "maximum_likelihood")), generator(make(Kind::generator, "point")) {
    Declare d;
    generator.as<Generator>().declare(d, {2}, raw.sizes().vec());
    parts.generator = &generator.as<Generator>();
    parts.head = &head;
    TestPlay play(parts);
    play.batch.samples = x.unsqueeze(0);
    play.chosen_latents = at::zeros({1, x.size(0), 2}, at::kDouble);
    const Tensor location = raw.unsqueeze(0).clone().requires_grad_();
    play.generator_params = {location};
    const auto& asked = objective.as<Objective>();
    const Tensor value = asked.loss(asked.players(parts).at(0), play);
    loss = number(value);
    slope = number(gradients(value, {location})[0].abs().max());
  }
  PluginObject objective, generator;
  Parts parts;
  double loss = 0, slope = 0;
};

}  // namespace

TEST_CASE("a resampling head draws training samples, each as often, and no held-out one") {
  const Folder folder;
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += fmt::format("{},{}\n", i, i * i);
  write(folder / "a.csv", rows);
  const PluginObject table = data("csv", path_is(folder / "a.csv"));
  const Tensor known = table.as<Data>().training(0, 16, at::kDouble).samples[0].select(1, 0);
  const Tensor x = drawn(resample(table), 200000);
  CHECK((x.select(1, 0).square() == x.select(1, 1)).all().item<bool>());  // whole rows
  CHECK(at::isin(x.select(1, 0), known).all().item<bool>());
  for (int64_t i = 0; i < 16; ++i) CHECK(mean_is((x.select(1, 0) == known[i]).to(at::kDouble), 1 / 16.0));
  // Of a part of them.
  const Tensor few = drawn(resample(table, {{"reference", 4}}), 2000);
  CHECK(at::isin(few.select(1, 0), known.narrow(0, 0, 4)).all().item<bool>());
}

TEST_CASE("resampled apart, features keep their distributions and lose what they have in common") {
  const Folder folder;
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += fmt::format("{},{}\n", i, -i);
  write(folder / "a.csv", rows);
  const PluginObject table = data("csv", path_is(folder / "a.csv"));
  const Tensor known = table.as<Data>().training(0, 16, at::kDouble).samples[0];
  const Tensor x = drawn(resample(table, {{"features", "apart"}}), 200000);
  for (int64_t feature = 0; feature < 2; ++feature)
    for (int64_t i = 0; i < 16; ++i)
      CHECK(mean_is((x.select(1, feature) == known[i][feature]).to(at::kDouble), 1 / 16.0));
  CHECK(mean_is((x.select(1, 0) == -x.select(1, 1)).to(at::kDouble), 1 / 16.0));

  // Letters stay whole.
  write(folder / "a.fasta", ">a\nAAC\n>b\nCCA\n>c\nAAC\n>d\nCCA\n");
  const PluginObject sequences = data("fasta", path_is(folder / "a.fasta", "length: 3, held_out: 0.25"));
  const Tensor letters = drawn(resample(sequences, {{"features", "apart"}}), 1000);
  CHECK(letters.sum(2).eq(1).all().item<bool>());
  const auto found = words(letters, "ACGT");
  CHECK(std::count(found.begin(), found.end(), "AAA") > 0);
}

TEST_CASE("a resampling head draws afresh where the data keep no samples") {
  const PluginObject ring = data("ring", "{std: 1e-6}");
  const Tensor x = drawn(resample(ring), 5000);
  CHECK((x.square().sum(1).sqrt() - 1).abs().max().item<double>() < 1e-4);
}

TEST_CASE("a Markov chain has as many contexts as its order and its positions ask for") {
  CHECK(Chain(0, "same", {5, 4}).shape == Shape{1, 4});
  CHECK(Chain(1, "same", {5, 4}).shape == Shape{1 + 4, 4});
  CHECK(Chain(2, "same", {5, 4}).shape == Shape{1 + 4 + 16, 4});
  CHECK(Chain(0, "own", {5, 4}).shape == Shape{5, 4});
  CHECK(Chain(2, "own", {5, 4}).shape == Shape{1 + 4 + 3 * 16, 4});
  CHECK(Chain(3, "same", {2, 4}).shape == Shape{1 + 4, 4});
  CHECK(Chain(1, "own", {3}).shape == Shape{1, 3});
  const PluginObject deep = make(Kind::head, "markov_chain", {{"order", 12}});
  CHECK_THROWS_AS(deep.as<Head>().raw_shape({40, 4}), ParamError);
  CHECK_THROWS_AS(deep.as<Head>().raw_shape({40, 1}), ParamError);
}

TEST_CASE("a Markov chain's probabilities sum to one, are products along the chain, and are drawn from") {
  const Tensor x = all_sequences(4, 3);
  for (const char* positions : {"same", "own"})
    for (const int order : {0, 1, 2, 3, 5}) {
      CAPTURE(positions, order);
      const Chain chain(order, positions, {4, 3});
      const Tensor raw = normals("raw", chain.shape)[0];
      CHECK(number(chain.log_mass(raw, x).exp().sum()) == Approx(1).epsilon(1e-12));
    }
  // By hand: the first symbol's row, then a row a symbol before.
  const Chain chain(1, "same", {4, 3});
  const Tensor raw = normals("raw", chain.shape)[0], log_p = at::log_softmax(raw, 1);
  Tensor word = at::zeros({1, 4, 3}, at::kDouble);
  for (const auto& [position, symbol] : {std::pair{0, 2}, {1, 0}, {2, 1}, {3, 1}})
    word[0][position][symbol] = 1;
  CHECK(number(chain.log_mass(raw, word)) ==
        Approx(number(log_p[0][2] + log_p[1 + 2][0] + log_p[1 + 0][1] + log_p[1 + 1][1])).epsilon(1e-13));

  constexpr int64_t n = 100000;
  for (const char* positions : {"same", "own"}) {
    const Chain other(2, positions, {4, 3});
    const Tensor numbers = normals("raw", other.shape)[0];
    Random random = stream({4});
    const Tensor samples =
        other.head().forward({{}, {}, Mode::evaluation}, Chain::repeated(numbers, n), random)[0];
    const Tensor code = (samples.argmax(2) * at::tensor({1, 3, 9, 27}, at::kLong)).sum(1);
    const Tensor p = other.log_mass(numbers, x).exp(), share = at::bincount(code, {}, 81).to(at::kDouble) / n;
    CHECK(number(((share - p).abs() / (p * (1 - p) / n).sqrt()).max()) < 4.5);  // of 81
  }
}

TEST_CASE("each position with its own probabilities and no memory is a position-weight matrix") {
  const Chain chain(0, "own", {4, 3});
  const Tensor raw = normals("raw", chain.shape)[0], x = all_sequences(4, 3);
  const PluginObject gumbel = make(Kind::head, "gumbel_softmax");
  const Tensor same = gumbel.as<Head>().log_likelihood({{}, {}, Mode::evaluation},
                                                       Chain::repeated(raw, x.size(0)), x.unsqueeze(0))[0];
  CHECK(number((chain.log_mass(raw, x) - same).abs().max()) < 1e-12);
}

TEST_CASE("the likelihood of sequences is largest where probabilities are the shares that were seen") {
  const Tensor x = uneven(400), symbol = x.argmax(2);
  const auto n = static_cast<double>(x.size(0));
  SECTION("position by position") {
    const Tensor share = x.mean(0);
    const Fit best(make(Kind::head, "gumbel_softmax").as<Head>(), share.clamp_min(1e-12).log(), x);
    CHECK(best.slope < 1e-9);
    CHECK(best.loss == Approx(-number(at::xlogy(share, share).sum())).epsilon(1e-9));
  }
  SECTION("of a Markov chain") {
    // Transitions counted over all positions but the first.
    Tensor first = x.select(1, 0).mean(0), counts = at::zeros({3, 3}, at::kDouble);
    for (int64_t i = 1; i < 5; ++i) counts += at::matmul(x.select(1, i - 1).t(), x.select(1, i));
    const Tensor share = counts / counts.sum(1, true);
    const Chain chain(1, "same", {5, 3});
    const Tensor raw = at::cat({first.unsqueeze(0), share}).clamp_min(1e-12).log();
    const Fit best(chain.head(), raw, x);
    CHECK(best.slope < 1e-9);
    CHECK(best.loss ==
          Approx(-number(at::xlogy(first, first).sum()) - number(at::xlogy(counts, share).sum()) / n)
              .epsilon(1e-9));
    CHECK(Fit(chain.head(), raw + 0.2 * normals("off", chain.shape)[0], x).loss > best.loss + 1e-3);
  }
  SECTION("of counts: Poisson rates are the means") {
    const Tensor counts = normals("counts", {300, 4})[0].exp().floor(), mean = counts.mean(0);
    Declare d;
    const PluginObject head = count_head("poisson", {}, {4}, d);
    const Fit best(head.as<Head>(), mean.expm1().log(), counts);
    CHECK(best.slope < 1e-6);  // a rate is 1e-8 more than the softplus
    CHECK(best.loss == Approx(-number(poisson_log_mass(counts, mean).sum(1).mean())).epsilon(1e-7));
  }
}

TEST_CASE("maximum likelihood needs a head that has one, and nobody plays where nobody is trained") {
  const PluginObject linear = make(Kind::head, "linear"), poisson = make(Kind::head, "poisson"),
                     likelihood = make(Kind::objective, "maximum_likelihood"),
                     none = make(Kind::objective, "none");
  Parts parts;
  parts.head = &linear.as<Head>();
  CHECK_THAT(likelihood.as<Objective>().illegal(parts), holds("no likelihood of its own"));
  parts.head = &poisson.as<Head>();
  CHECK(likelihood.as<Objective>().illegal(parts).empty());
  CHECK(none.as<Objective>().players(parts).empty());
}
