// The mixture of generators: who is drawn how often, what comes out, and how the weights' slope comes about.
#include <cmath>

#include "generator_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// Components without hidden layers that put out 0, 1, 2, …, whatever the latents.
struct Steps {
  Steps(const Settings& more, int components, int64_t lanes = 1)
      : object(make(Kind::generator, "mixture", with(more, components), lanes)) {
    object.as<Generator>().declare(declared, {1}, {1});
    params =
        random_params(declared, std::vector<uint64_t>(static_cast<size_t>(lanes), 0), at::kDouble, 0).all();
    const at::NoGradGuard in_place;
    for (int i = 0; i < components; ++i)
      named(declared, {params, {}, Mode::training}, "mlp." + std::to_string(i) + ".0.bias").fill_(i);
  }
  static Settings with(Settings settings, int components) {
    settings.insert({{"components", components}, {"widths", list<int>({})}});
    return settings;
  }
  /// Of every lane, which has a seed of its own: [lane, batch].
  Tensor draw(Mode mode, int64_t batch) const {
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < params[0].size(0); ++i) seeds.push_back(static_cast<uint64_t>(i));
    const Tensor latents = at::zeros({params[0].size(0), batch, 1}, at::kDouble);
    const Draws draws(streams_of(seeds, at::kDouble));
    return object.as<Generator>().draw({params, {}, mode}, latents, draws).squeeze(2);
  }
  Tensor log_weights() const { return named(declared, {params, {}, Mode::training}, "log_weights"); }
  PluginObject object;
  Declare declared;
  std::vector<Tensor> params;
};

void check_shares(const Tensor& x, const std::vector<double>& shares) {
  for (size_t i = 0; i < shares.size(); ++i) {
    CAPTURE(i);
    const Tensor hits = (x == static_cast<double>(i)).to(at::kDouble);
    if (shares[i] == 0)
      CHECK(number(hits.sum()) == 0);
    else
      CHECK(mean_is(hits, shares[i]));
  }
}

constexpr int64_t many = 200'000;

}  // namespace

TEST_CASE("a mixture draws its components as often as their weights say") {
  check_shares(Steps({}, 3).draw(Mode::evaluation, many), {1.0 / 3, 1.0 / 3, 1.0 / 3});
  check_shares(Steps({{"weights", list<double>({2, 1, 5})}}, 3).draw(Mode::evaluation, many),
               {0.25, 0.125, 0.625});
  const Steps fixed({{"weights", list<double>({3, 0, 1})}, {"learned", false}}, 3);
  check_shares(fixed.draw(Mode::evaluation, many), {0.75, 0, 0.25});
  check_shares(fixed.draw(Mode::training, many), {0.75, 0, 0.25});
  CHECK_FALSE(fixed.object.as<Generator>().has_temperature());
  for (const char* gradient : {"straight_through", "relaxed"}) {
    const Steps trained({{"weights", list<double>({2, 1, 5})}, {"gradient", gradient}}, 3);
    {
      const at::NoGradGuard in_place;
      trained.log_weights().copy_(at::tensor({0.0, std::log(4.0), std::log(0.4)}, at::kDouble));
    }
    check_shares(trained.draw(Mode::evaluation, many), {0.25, 0.5, 0.25});
  }
  // Straight-through trains with what is measured; relaxed samples lie between.
  const Steps hard({}, 3), soft({{"gradient", "relaxed"}}, 3);
  CHECK(same_bits(hard.draw(Mode::training, 1000), hard.draw(Mode::evaluation, 1000)));
  const Tensor blends = soft.draw(Mode::training, 1000);
  CHECK((blends == blends.round()).sum().item<int64_t>() < 10);
}

TEST_CASE("the slope of a mixture's weights is that of the relaxed choice") {
  // With components 0 and 1 a relaxed sample is sigmoid(l + logistic), l the second log weight less the
  // first. With u = e^l its mean is u(u − 1 − ln u)/(u − 1)², and its slope by l u((u + 1) ln u − 2(u −
  // 1))/(u − 1)³.
  const double l = 0.7, u = std::exp(l);
  const double mean = u * (u - 1 - l) / ((u - 1) * (u - 1)),
               slope = u * ((u + 1) * l - 2 * (u - 1)) / std::pow(u - 1, 3);
  for (const char* gradient : {"straight_through", "relaxed"}) {
    CAPTURE(gradient);
    const Steps mixture({{"weights", list<double>({1, u})}, {"gradient", gradient}}, 2, 200);
    const Tensor x = mixture.draw(Mode::training, 2000);
    CHECK(mean_is(x.mean(1), std::string(gradient) == "relaxed" ? mean : u / (1 + u)));
    const Tensor by_weights = gradients(x.mean(1).sum(), {mixture.log_weights()})[0];
    CHECK(mean_is(by_weights.select(1, 1), slope));
    CHECK(number(by_weights.sum(1).abs().max()) < 1e-14);
    CHECK(mixture.object.as<Generator>().has_exact_gradient() == (std::string(gradient) == "relaxed"));
  }
}

TEST_CASE(
    "a mixture's sample is the output of one of its generators, which may share all layers but the first") {
  for (const char* share : {"none", "all_but_first"}) {
    CAPTURE(share);
    PluginObject object =
        make(Kind::generator, "mixture",
             {{"components", 3}, {"widths", list<int>({4, 5})}, {"activation", "tanh"}, {"share", share}});
    Declare d;
    object.as<Generator>().declare(d, {2}, {2, 3});
    const Params p = random_params(d);
    const Params measured(p.all(), {}, Mode::evaluation);
    const Tensor z = normals("latents", {50, 2});
    const Tensor x = output_of(object, measured, z);
    CHECK(x.sizes() == at::IntArrayRef({1, 50, 2, 3}));
    const bool shares = std::string(share) == "all_but_first";
    CHECK(d.params().size() == size_t{1} + (shares ? 3 * 2 + 2 * 2 : 3 * 3 * 2));
    const auto layer = [&](const Tensor& h, const std::string& name) {
      return at::matmul(h, named(d, p, name + ".weight")) + named(d, p, name + ".bias").unsqueeze(1);
    };
    Tensor nearest = at::full({1, 50}, 1e9, at::kDouble);
    for (int i = 0; i < 3; ++i) {
      const std::string own = std::to_string(i), net = shares ? "shared" : "mlp." + own;
      Tensor h = at::tanh(layer(z, shares ? "first." + own : net + ".0"));
      h = at::tanh(layer(h, net + (shares ? ".0" : ".1")));
      h = layer(h, net + (shares ? ".1" : ".2"));
      nearest = at::minimum(nearest, (h - x.flatten(2)).abs().amax(2));
    }
    CHECK(number(nearest.max()) < 1e-12);
  }
}

TEST_CASE("weights that are none are named") {
  const auto declare = [](const Settings& settings) {
    PluginObject object = make(Kind::generator, "mixture", settings);
    Declare d;
    object.as<Generator>().declare(d, {1}, {1});
  };
  CHECK_THROWS_WITH(declare({{"weights", list<double>({1, 2})}}), "2 weights for 4 components");
  CHECK_THROWS_WITH(declare({{"weights", list<double>({0, 0, 0, 0})}}),
                    "the weights have no finite, positive sum");
  CHECK_THROWS_WITH(declare({{"weights", list<double>({1, 0, 1, 1})}}),
                    "a trained weight that starts at 0 stays there; learned: false keeps it");
  CHECK_THROWS_WITH(declare({{"share", "all_but_first"}, {"widths", list<int>({})}}),
                    "with share: all_but_first there must be a layer after the first");
}
