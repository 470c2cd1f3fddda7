// The gated recurrent unit against ATen's, and the generator made of it: what it feeds back is what comes
// out, and whole sequences have the probabilities that enumeration gives.
#include <cmath>

#include "generator_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// A small generator of sequences and the head that draws their letters.
struct Sequences {
  Sequences(const Shape& shape, const Settings& of_head = {}, Settings of_generator = {}, int64_t lanes = 1)
      : head(make(Kind::head, "gumbel_softmax", of_head, lanes)) {
    of_generator.insert({"widths", list<int>({3, 2})});
    generator = std::make_unique<PluginObject>(make(Kind::generator, "gru", of_generator));
    generator->as<Generator>().declare(declared, {2}, shape);
    params = random_params(declared, {5}, at::kDouble, 0.8).all();
  }
  Params in(Mode mode) const { return {params, {}, mode}; }
  Tensor raw_for(const Tensor& latents, const Tensor& samples) const {
    return generate_raw_for(generator->as<Generator>(), in(Mode::training), latents, samples,
                            streams_of({0}, at::kDouble));
  }
  PluginObject head;
  std::unique_ptr<PluginObject> generator;
  Declare declared;
  std::vector<Tensor> params;
};

/// Every sequence: [1, letters^length, length, letters].
Tensor all_sequences(int64_t length, int64_t letters) {
  const Tensor digits = at::arange(letters);
  std::vector<Tensor> axes(static_cast<size_t>(length), digits);
  const Tensor words = at::stack(at::meshgrid(axes, "ij"), -1).flatten(0, -2);
  return at::one_hot(words, letters).to(at::kDouble).unsqueeze(0);
}

/// ln of the probability of sequences under one latent [2], step by step with ATen's cells: [sequence].
Tensor by_hand(const Sequences& s, const Tensor& latent, const Tensor& sequences) {
  const auto of = [&](const std::string& name) { return named(s.declared, s.in(Mode::training), name)[0]; };
  const int64_t count = sequences.size(1), letters = sequences.size(3);
  const Tensor z = latent.expand({count, 2});
  const Tensor start = at::tanh(at::matmul(z, of("start.weight")) + of("start.bias"));
  Tensor first = start.narrow(1, 0, 3), second = start.narrow(1, 3, 2);
  Tensor fed = at::zeros({count, letters}, at::kDouble), sum = at::zeros({count}, at::kDouble);
  const auto cell = [&](const std::string& name, const Tensor& x, const Tensor& h) {
    return at::gru_cell(x, h, of(name + ".input.weight").t(), of(name + ".hidden.weight").t(),
                        of(name + ".input.bias"), of(name + ".hidden.bias"));
  };
  for (int64_t position = 0; position < sequences.size(2); ++position) {
    first = cell("gru.0", fed, first);
    second = cell("gru.1", first, second);
    const Tensor logits = at::matmul(second, of("output.weight")) + of("output.bias");
    fed = sequences[0].select(1, position);
    sum = sum + (at::log_softmax(logits, -1) * fed).sum(-1);
  }
  return sum;
}

Tensor latents(int64_t count, bool equal) {
  const Tensor z = normals("latents", {equal ? 1 : count, 2});
  return z.expand({1, count, 2}).contiguous();
}

}  // namespace

TEST_CASE("the gated recurrent unit is ATen's, with its first and second derivatives") {
  nn::GruCell cell;
  Declare d;
  cell.declare(d, "gru", 4, 3);
  const Params p = random_params(d);
  const Tensor x = normals("x", {7, 4}).requires_grad_(), h = normals("h", {7, 3}).requires_grad_();
  const std::vector<Tensor> w = p.all();
  std::vector<Tensor> of = w;
  of.insert(of.end(), {x, h});
  const Tensor ours = cell(p, x, h);
  const Tensor theirs = at::gru_cell(x[0], h[0], w[0][0].t(), w[2][0].t(), w[1][0], w[3][0]).unsqueeze(0);
  CHECK(relative_error(ours, theirs, 1e-6) < 1e-13);
  const auto slopes = [&](const Tensor& y) {
    return torch::autograd::grad({(y.square() * normals("weights", {7, 3})).sum()}, of, {}, true, true);
  };
  const auto our_slopes = slopes(ours), their_slopes = slopes(theirs);
  const auto second = [&](const std::vector<Tensor>& all) {
    Tensor sum = at::zeros({}, at::kDouble);
    for (size_t i = 0; i < all.size(); ++i)
      sum = sum + (all[i] * normals("direction " + std::to_string(i), all[i].sizes().slice(1).vec())).sum();
    return gradients(sum, of);
  };
  const auto our_second = second(our_slopes), their_second = second(their_slopes);
  for (size_t i = 0; i < of.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(our_slopes[i], their_slopes[i], 1e-3) < 1e-12);
    CHECK(relative_error(our_second[i], their_second[i], 1e-3) < 1e-11);
  }
}

TEST_CASE("the symbols that a gru feeds back are those that come out, bit for bit") {
  for (const char* gradient : {"relaxed", "straight_through", "score_function"})
    for (const Mode mode : {Mode::training, Mode::evaluation})
      for (const char* where : {"start", "every_position"}) {
        CAPTURE(gradient, where, mode == Mode::training);
        const Sequences s({6, 4}, {{"gradient", gradient}, {"temperature", 0.8}}, {{"latents", where}});
        const Tensor z = latents(40, false);
        const auto [raw, samples] = generated_by(*s.generator, s.in(mode), s.head, z, {3});
        CHECK(raw.sizes() == at::IntArrayRef({1, 40, 6, 4}));
        CHECK(samples.sizes() == raw.sizes());
        // Reading the samples instead of feeding back gives the same raw output: it fed back these.
        CHECK(same_bits(s.raw_for(z, samples), raw));
        CHECK_FALSE(same_bits(s.raw_for(z, samples.flip(3)), raw));
        const bool hard = mode == Mode::evaluation || std::string(gradient) != "relaxed";
        CHECK(((samples == 0) + (samples == 1)).all().item<bool>() == hard);
      }
}

TEST_CASE("a gru that feeds back raw output leaves the drawing to the head") {
  const Sequences s({3, 4}, {}, {{"feedback", "raw"}});
  CHECK_FALSE(s.generator->as<Generator>().is_autoregressive());
  const Tensor z = latents(5, false);
  const Tensor a = generated_by(*s.generator, s.in(Mode::evaluation), s.head, z, {3}).raw;
  CHECK(same_bits(a, generated_by(*s.generator, s.in(Mode::evaluation), s.head, z, {4}).raw));
}

TEST_CASE("a gru's sequences are as frequent as enumeration says, and their likelihood is exact") {
  for (const int64_t letters : {2, 3}) {
    CAPTURE(letters);
    const Sequences s({3, letters});
    const Tensor words = all_sequences(3, letters);
    const int64_t kinds = words.size(1);
    const Tensor z = latents(1, true);
    const Tensor truth = by_hand(s, z[0], words).exp().detach();
    CHECK(number(truth.sum()) == Approx(1).epsilon(1e-12));
    CHECK(number(truth.max()) < 0.9);  // nothing is sure
    const Tensor raw = s.raw_for(z.expand({1, kinds, 2}).contiguous(), words);
    const Tensor log_likelihood = s.head.as<Head>().log_likelihood({{}, {}, Mode::training}, raw, words);
    CHECK(relative_error(log_likelihood[0].exp(), truth) < 1e-10);
    const Tensor samples =
        generated_by(*s.generator, s.in(Mode::evaluation), s.head, latents(100'000, true), {3}).samples[0];
    for (int64_t i = 0; i < kinds; ++i) {
      const Tensor hits = (samples == words[0][i]).flatten(1).all(1).to(at::kDouble);
      const double p = number(truth[i]);
      CAPTURE(i, p);
      CHECK(std::abs(number(hits.mean()) - p) < 4 * std::sqrt(p * (1 - p) / 100'000));
    }
  }
}

namespace {

/// Scores sequences by a table of the test's own, as one number each.
class Opinion final : public Critic {
 public:
  explicit Opinion(Tensor table) : table_(std::move(table)) {}
  void declare(Declare&, const Shape&) override {}
  Tensor forward(const Params&, const Tensor& x) const override {
    return sample_sum(x * table_) + sample_sum(x.select(2, 0) * x.select(2, 2));
  }

 private:
  Tensor table_;  // [length, letters]
};

}  // namespace

TEST_CASE("the score function of a gru is unbiased: symbols drawn before count as given") {
  constexpr int64_t lanes = 200, batch = 500, letters = 2;
  Sequences s({3, letters}, {{"gradient", "score_function"}}, {}, 1);
  const Opinion opinion(normals("opinion", {3, letters})[0]);
  const Tensor words = all_sequences(3, letters), z = latents(1, true);
  const Tensor scores = opinion.forward({{}, {}, Mode::training}, words)[0];
  // The generator of Wasserstein's game descends minus the mean score.
  const auto exact = gradients(-(by_hand(s, z[0], words).exp() * scores).sum(), s.params);

  const PluginObject gan = make(Kind::objective, "gan"), wasserstein = make(Kind::divergence, "wasserstein");
  Parts parts;
  parts.generator = &s.generator->as<Generator>();
  parts.head = &s.head.as<Head>();
  parts.critic = &opinion;
  parts.divergence = &wasserstein.as<Divergence>();
  TestPlay play(parts);
  play.batch.samples = at::zeros({lanes, batch, 3, letters}, at::kDouble);
  play.chosen_latents = z.expand({lanes, batch, 2}).contiguous();
  play.seeds.clear();
  for (int64_t i = 0; i < lanes; ++i) play.seeds.push_back(static_cast<uint64_t>(i));
  for (const Tensor& p : s.params) {
    std::vector<int64_t> sizes = p.sizes().vec();
    sizes[0] = lanes;
    play.generator_params.push_back(p.detach().expand(sizes).contiguous().requires_grad_());
  }
  const auto& objective = gan.as<Objective>();
  const auto got =
      gradients(objective.loss(objective.players(parts).at(1), play).sum(), play.generator_params);
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(s.declared.params()[i].name);
    const Tensor of_lane = got[i].flatten(1), truth = exact[i].flatten();
    const Tensor error =
        (of_lane.mean(0) - truth).abs() / (of_lane.std(0) / std::sqrt(double(lanes)) + 1e-15);
    CHECK(number(error.max()) < 4.5);  // the largest of up to 27 numbers
  }
}

TEST_CASE("relaxed symbols carry a gru's gradient through everything that follows") {
  const Sequences s({3, 3}, {{"temperature", 0.7}});
  const Tensor z = latents(4, false), weights = normals("weights", {4, 3, 3});
  const auto loss = [&] {
    return (generated_by(*s.generator, s.in(Mode::training), s.head, z, {3}).samples * weights).sum();
  };
  const auto got = gradients(loss(), s.params);
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(s.declared.params()[i].name);
    const Tensor differences = central_differences(s.params[i], 1e-5, loss);
    CHECK(number((got[i] - differences).abs().max()) < 1e-8);
  }
}

TEST_CASE("a gru must have a layer") {
  PluginObject object = make(Kind::generator, "gru", {{"widths", list<int>({})}});
  Declare d;
  CHECK_THROWS_WITH(object.as<Generator>().declare(d, {1}, {2, 4}), "there must be a layer");
}
