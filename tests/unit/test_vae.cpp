// The variational autoencoder's objective, against closed forms: its loss is the negative evidence lower
// bound, with every constant.
#include <cmath>
#include <cstring>
#include <numbers>

#include "game_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr double ln_2pi = 1.8378770664093453;

// A variational autoencoder with affine encoder and decoder, whose parameters the test chooses.
struct Autoencoder {
  Autoencoder(const Settings& settings, int64_t dimensions, int64_t latents, const char* head_name = "linear",
              int64_t lanes = 1)
      : vae(make(Kind::objective, "vae", settings, lanes)),
        generator(make(Kind::generator, "mlp", {{"widths", list<int>({})}})),
        encoder(make(Kind::encoder, "mlp", {{"widths", list<int>({})}})),
        head(make(Kind::head, head_name)) {
    prior.dimensions = latents;
    data.dimensions = dimensions;
    generator.as<Generator>().declare(declared_generator, {latents}, {dimensions});
    encoder.as<Encoder>().declare(declared_encoder, {dimensions}, objective().encoder_outputs({latents}));
    parts.data = &data;
    parts.prior = &prior;
    parts.generator = &generator.as<Generator>();
    parts.encoder = &encoder.as<Encoder>();
    parts.head = &head.as<Head>();
  }
  const Objective& objective() const { return vae.as<Objective>(); }

  // The loss of every lane for the samples x, under weights and biases of decoder and encoder.
  Tensor loss(const Tensor& x, const Tensor& w, const Tensor& b, const Tensor& encoder_w,
              const Tensor& encoder_b) const {
    TestPlay play(parts);
    play.batch.samples = x;
    play.generator_params = {w, b};
    play.encoder_params = {encoder_w, encoder_b};
    play.seeds.assign(static_cast<size_t>(x.size(0)), 17);
    return objective().loss(objective().players(parts).at(0), play);
  }

  PluginObject vae, generator, encoder, head;
  NormalPrior prior;
  TestData data;
  Declare declared_generator, declared_encoder;
  Parts parts;
};

Tensor zeros(std::vector<int64_t> shape) { return at::zeros(shape, at::kDouble); }

}  // namespace

TEST_CASE("with a decoder that ignores the latents the bound is the likelihood minus the KL divergence") {
  const Tensor x = normals("x", {6, 3}), b = normals("b", {3}), means = normals("m", {2}),
               logs = normals("l", {2});
  const Tensor encoder_b = at::cat({means, logs}, 1);
  const double kl = number((means.square() + logs.exp() - 1 - logs).sum()) / 2;
  SECTION("gaussian, with its constants") {
    for (const double std : {1.0, 0.3}) {
      const Autoencoder a({{"std", std}}, 3, 2);
      const Tensor density =
          -((x - b.unsqueeze(1)) / std).square().sum(2) / 2 - 3 * (std::log(std) + ln_2pi / 2);
      CHECK(number(a.loss(x, zeros({1, 2, 3}), b, zeros({1, 3, 4}), encoder_b)) ==
            Approx(kl - number(density.mean())).epsilon(1e-13));
    }
  }
  SECTION("bernoulli, the raw output being logits") {
    const Autoencoder a({{"likelihood", "bernoulli"}}, 3, 2, "sigmoid");
    const Tensor bits = x.sigmoid(), p = b.unsqueeze(1).sigmoid();
    const Tensor mass = (bits * p.log() + (1 - bits) * (1 - p).log()).sum(2);
    CHECK(number(a.loss(bits, zeros({1, 2, 3}), b, zeros({1, 3, 4}), encoder_b)) ==
          Approx(kl - number(mass.mean())).epsilon(1e-13));
  }
  SECTION("the head's own, of counts") {
    for (const bool poisson : {true, false}) {
      Autoencoder a({{"likelihood", "head"}, {"input", "log1p"}}, 3, 2);
      PluginObject head = poisson ? make(Kind::head, "poisson")
                                  : make(Kind::head, "negative_binomial", {{"dispersion", "cell"}});
      a.parts.head = &head.as<Head>();
      Declare d;
      head.as<Head>().declare(d, {3});
      // The dispersion's raw number is the first mean's.
      const Tensor counts = x.exp().floor(), raw = poisson ? b : at::cat({b, b.narrow(1, 0, 1)}, 1);
      const Tensor positive = b.exp().log1p().unsqueeze(1), mean = positive + 1e-8;
      const Tensor mass = poisson ? poisson_log_mass(counts, mean)
                                  : negative_binomial_log_mass(counts, mean, positive.narrow(2, 0, 1) + 1e-4);
      CHECK(number(a.loss(counts, zeros({1, 2, raw.size(1)}), raw, zeros({1, 3, 4}), encoder_b)) ==
            Approx(kl - number(mass.sum(2).mean())).epsilon(1e-12));
    }
  }
  SECTION("beta weights the KL divergence, lane by lane") {
    const Autoencoder a({{"beta", Setting::each({0.5, 4})}}, 3, 2, "linear", 2);
    auto twice = [](const Tensor& t) { return at::cat({t, t}); };
    const Tensor loss = a.loss(twice(x), zeros({2, 2, 3}), twice(b), zeros({2, 3, 4}), twice(encoder_b));
    CHECK(number(loss[1] - loss[0]) == Approx(3.5 * kl).epsilon(1e-12));
  }
}

TEST_CASE("the bound is tight where the encoder is the exact posterior (probabilistic PCA)") {
  // x = W z + b + std·noise with orthogonal columns: the posterior of z has independent coordinates.
  const double std = 0.6;
  const Tensor w = at::tensor({1.2, -0.4, 0.8, 0.3, 0.9, 0.0}, at::kDouble).view({1, 2, 3});
  REQUIRE(std::abs(number((w[0][0] * w[0][1]).sum())) < 1e-12);
  const Tensor b = at::tensor({0.5, -1.0, 0.25}, at::kDouble).unsqueeze(0);
  const int64_t n = 40000;
  const Tensor x = at::matmul(normals("z", {n, 2}), w) + b.unsqueeze(1) + std * normals("noise", {n, 3});

  const Tensor precision = w.square().sum(2) / (std * std) + 1;  // of the posterior, [1, 2]
  const Tensor encoder_w = w.transpose(1, 2) / (std * std) / precision.unsqueeze(1);
  const Tensor encoder_means = -at::matmul(b.unsqueeze(1), encoder_w).squeeze(1);
  const Autoencoder a({{"std", std}}, 3, 2);
  const double loss = number(a.loss(x, w, b, at::cat({encoder_w, zeros({1, 3, 2})}, 2),
                                    at::cat({encoder_means, -precision.log()}, 1)));

  const Tensor covariance = at::matmul(w[0].t(), w[0]) + std * std * at::eye(3, at::kDouble);
  const Tensor centred = (x - b.unsqueeze(1))[0];
  const Tensor evidence = -(at::matmul(centred, at::linalg_inv(covariance)) * centred).sum(1) / 2 -
                          at::logdet(covariance) / 2 - 1.5 * ln_2pi;
  // One draw of z a sample: log p(x|z) + log p(z) − log q(z|x) is log p(x) for every z, but the KL divergence
  // is taken in closed form. Its noise has a standard deviation of √(latents/2) at most.
  CHECK(std::abs(-loss - number(evidence.mean())) < 4 / std::sqrt(static_cast<double>(n)));

  SECTION("and not where it isn't") {
    const double wrong = number(a.loss(x, w, b, at::cat({encoder_w * 0.8, zeros({1, 3, 2})}, 2),
                                       at::cat({encoder_means, -precision.log() + 0.5}, 1)));
    CHECK(wrong > loss + 0.05);
  }
}

TEST_CASE("the loss has the gradient of central differences under both likelihoods") {
  for (const char* likelihood : {"gaussian", "bernoulli"}) {
    const bool bits = std::string(likelihood) == "bernoulli";
    const Autoencoder a({{"likelihood", likelihood}, {"beta", 0.7}}, 3, 2, bits ? "sigmoid" : "linear");
    const Tensor samples = normals("x", {4, 3}), x = bits ? samples.sigmoid() : samples;
    std::vector<Tensor> p;
    for (const Params& params : {random_params(a.declared_generator), random_params(a.declared_encoder)})
      for (const Tensor& t : params.all()) p.push_back(t);
    auto loss = [&] { return a.loss(x, p[0], p[1], p[2], p[3]); };
    const auto got = gradients(loss(), p);
    for (size_t i = 0; i < p.size(); ++i) {
      CAPTURE(likelihood, i);
      CHECK(relative_error(got[i], central_differences(p[i], 1e-5, loss), 1e-2) < 1e-7);
    }
  }
}

TEST_CASE("bernoulli logits of any size give a finite loss and gradient in float32") {
  const Autoencoder a({{"likelihood", "bernoulli"}}, 3, 2, "sigmoid");
  Tensor b = at::full({1, 3}, 200.0f).requires_grad_();
  const Tensor x = at::tensor({0.0f, 1.0f, 0.5f}).view({1, 1, 3});
  const Tensor loss = a.loss(x, at::zeros({1, 2, 3}), b, at::zeros({1, 3, 4}), at::zeros({1, 4}));
  CHECK(number(loss) == Approx(300));
  CHECK(gradients(loss, {b})[0].isfinite().all().item<bool>());
}

TEST_CASE("a variational autoencoder says what does not go together") {
  Autoencoder a({}, 3, 2);
  CHECK(a.objective().illegal(a.parts).empty());
  a.prior.standard = false;
  CHECK_THAT(a.objective().illegal(a.parts), holds("standard normal prior"));

  Autoencoder bits({{"likelihood", "bernoulli"}}, 3, 2, "sigmoid");
  CHECK_THAT(bits.objective().illegal(bits.parts), holds("within 0 … 1"));
  bits.data.bounds = {0, 1};
  CHECK(bits.objective().illegal(bits.parts).empty());

  Autoencoder unbounded({{"likelihood", "bernoulli"}}, 3, 2, "linear");
  unbounded.data.bounds = {0, 1};
  CHECK_THAT(unbounded.objective().illegal(unbounded.parts), holds("sigmoid"));
}

TEST_CASE("a variational autoencoder has one player that trains encoder and generator") {
  const Autoencoder a({}, 3, 2);
  const auto players = a.objective().players(a.parts);
  REQUIRE(players.size() == 1);
  CHECK_FALSE(players[0].is_critic);
  CHECK((players[0].networks == std::vector<Kind>{Kind::encoder, Kind::generator, Kind::head}));
  CHECK(a.objective().encoder_outputs({2, 3}) == 12);
}
