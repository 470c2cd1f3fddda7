// Penalties and constraints, against critics whose gradient is known.
#include <cmath>
#include <cstring>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

// D(x) = w·x, one w a lane: its gradient is w everywhere.
std::function<Tensor(const Tensor&)> linear_critic(const Tensor& w) {
  return [w](const Tensor& x) { return sample_sum(x * w.unsqueeze(1)); };
}

// D(x) = a‖x‖²/2: its gradient is a x.
std::function<Tensor(const Tensor&)> quadratic_critic(double a) {
  return [a](const Tensor& x) { return sample_sum(x.square()) * (a / 2); };
}

Tensor penalty(const std::string& name, const Settings& settings, const Round::Content& c) {
  const PluginObject object = make(Kind::penalty, name, settings, c.real().size(0), c.real().scalar_type());
  return object.as<Penalty>().value(Round(c));
}

}  // namespace

TEST_CASE("penalties on a linear critic are those of its slope, wherever they look") {
  const Tensor w = normals("w", {3}, {1, 2}), norm = w.norm(2, 1);
  const Round::Content c = content(normals("real", {5, 3}, {1, 2}), normals("fake", {5, 3}, {1, 2}),
                                   Player::critic, linear_critic(w), {1, 2});
  for (const char* at : {"between", "real", "fake"}) {
    CHECK(relative_error(penalty("gradient_penalty", {{"at", at}}, c), 10 * (norm - 1).square()) < 1e-12);
    CHECK(relative_error(penalty("gradient_penalty",
                                 {{"at", at}, {"target", 0.25}, {"weight", Setting::each({2, 3})}}, c),
                         at::tensor({2.0, 3.0}, at::kDouble) * (norm - 0.25).square()) < 1e-12);
    const Tensor above = (norm - number(norm.mean())).clamp_min(0);
    CHECK(relative_error(
              penalty("gradient_penalty", {{"at", at}, {"sided", "one"}, {"target", number(norm.mean())}}, c),
              10 * above.square(), 1e-12) < 1e-9);
  }
  CHECK(relative_error(penalty("r1", {{"weight", 3.0}}, c), 1.5 * norm.square()) < 1e-12);
  CHECK(relative_error(penalty("r2", {{"weight", Setting::each({3, 5})}}, c),
                       at::tensor({1.5, 2.5}, at::kDouble) * norm.square()) < 1e-12);
}

TEST_CASE("penalties on a quadratic critic tell where they look") {
  const Tensor real = normals("real", {5, 3}) * 2, fake = normals("fake", {5, 3});
  const double a = 0.7;
  const Round::Content c = content(real, fake, Player::critic, quadratic_critic(a));
  auto expected = [&](const Tensor& x) { return 10 * (a * x.norm(2, 2) - 1).square().mean(1); };
  const Tensor u = c.random("between").uniform({5, 1});
  CHECK(u.sizes() == at::IntArrayRef({1, 5, 1}));
  CHECK(relative_error(penalty("gradient_penalty", {{"at", "real"}}, c), expected(real)) < 1e-12);
  CHECK(relative_error(penalty("gradient_penalty", {{"at", "fake"}}, c), expected(fake)) < 1e-12);
  CHECK(relative_error(penalty("gradient_penalty", {}, c), expected(fake + u * (real - fake))) < 1e-12);
  CHECK(relative_error(penalty("r1", {{"weight", 1.0}}, c), a * a * real.square().sum(2).mean(1) / 2) <
        1e-12);
  CHECK(relative_error(penalty("r2", {{"weight", 1.0}}, c), a * a * fake.square().sum(2).mean(1) / 2) <
        1e-12);
}

TEST_CASE("a gradient penalty has its exact optimum between two points") {
  // D(x) = s x, real at d, fake at 0: V − λ(|s| − 1)² is largest at s = 1 + d/2λ, where it is d + d²/4λ.
  for (const double weight : {0.1, 1.0, 10.0}) {
    const double d = 1.5;
    Tensor s = at::full({1, 1}, 1 + d / (2 * weight), at::kDouble).requires_grad_();
    const Round::Content c = content(at::full({1, 4, 1}, d, at::kDouble), at::zeros({1, 4, 1}, at::kDouble),
                                     Player::critic, linear_critic(s));
    const PluginObject wasserstein = make(Kind::divergence, "wasserstein");
    const Tensor objective =
        wasserstein.as<Divergence>().value(Round(c)) - penalty("gradient_penalty", {{"weight", weight}}, c);
    CHECK(number(objective) == Approx(d + d * d / (4 * weight)));
    CHECK(std::abs(number(input_gradient(objective, s))) < 1e-12);
  }
}

TEST_CASE("the gradient of a constant critic's penalty is finite") {
  Tensor w = at::zeros({1, 3}, at::kDouble).requires_grad_();
  const Round::Content c =
      content(normals("real", {5, 3}), normals("fake", {5, 3}), Player::critic, linear_critic(w));
  const Tensor value = penalty("gradient_penalty", {}, c);
  CHECK(number(value) == Approx(10));
  CHECK(input_gradient(value, w).isfinite().all().item<bool>());
}

TEST_CASE("every penalty's gradient by the critic's parameters is that of central differences") {
  for (const char* activation : {"tanh", "softplus", "sigmoid"}) {
    PluginObject critic =
        make(Kind::critic, "mlp", {{"widths", list<int>({4, 3})}, {"activation", activation}});
    Declare d;
    critic.as<Critic>().declare(d, {2});
    const Params params = random_params(d, {5});
    const Round::Content c =
        content(normals("real", {4, 2}, {5}), normals("fake", {4, 2}, {6}), Player::critic,
                [&](const Tensor& x) { return critic.as<Critic>().forward(params, x); });
    for (const RegisteredPlugin* plugin : built_plugins().of(Kind::penalty)) {
      const PluginObject object = make(*plugin);
      const auto& p = object.as<Penalty>();
      if (p.player() != Player::critic) continue;
      const auto got = gradients(p.value(Round(c)), params.all());
      for (size_t i = 0; i < got.size(); ++i) {
        const Tensor expected = central_differences(params.all()[i], 1e-5, [&] { return p.value(Round(c)); });
        CAPTURE(plugin->name(), activation, i);
        CHECK(relative_error(got[i], expected, 1e-3) < 1e-6);
      }
    }
  }
}

TEST_CASE("a penalty gives one lane the same bits alone and among others") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::penalty)) {
    for (const int64_t lanes : {3, 16}) {
      std::vector<uint64_t> seeds;
      for (int64_t i = 0; i < lanes; ++i) seeds.push_back(static_cast<uint64_t>(40 + i));
      PluginObject critic = make(Kind::critic, "mlp", {{"widths", list<int>({13, 7})}}, lanes, at::kFloat);
      Declare d;
      critic.as<Critic>().declare(d, {3});
      const Params params = random_params(d, seeds, at::kFloat);
      auto results = [&](const Params& of, const std::vector<uint64_t>& with) {
        const PluginObject object = make(*plugin, {}, static_cast<int64_t>(with.size()), at::kFloat);
        const Round::Content c = content(
            normals("real", {13, 3}, with, at::kFloat), normals("fake", {13, 3}, with, at::kFloat),
            Player::critic, [&](const Tensor& x) { return critic.as<Critic>().forward(of, x); }, with);
        const Tensor value = object.as<Penalty>().value(Round(c));
        auto all = gradients(value, of.all());
        all.insert(all.begin(), value);
        return all;
      };
      const auto many = results(params, seeds);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const auto one = results(lane_of(params, lane), {seeds[static_cast<size_t>(lane)]});
        for (size_t i = 0; i < one.size(); ++i) {
          CAPTURE(plugin->name(), lanes, lane, i);
          CHECK(same_bits(one[i], lane_of(many[i], lane)));
        }
      }
    }
  }
}

TEST_CASE("weight clipping moves every parameter into its lane's limit, and leaves those inside") {
  const PluginObject object =
      make(Kind::constraint, "weight_clipping", {{"limit", Setting::each({0.01, 0.5})}}, 2);
  Tensor w = normals("w", {20, 3}, {1, 2});
  const Tensor before = w.clone();
  object.as<Constraint>().project({"weight", {20, 3}, Init::zeros()}, w);
  CHECK(same_bits(w, at::stack({before[0].clamp(-0.01, 0.01), before[1].clamp(-0.5, 0.5)})));
  CHECK(w.abs().amax({1, 2})[0].item<double>() == 0.01);
  CHECK((w[1] == before[1]).any().item<bool>());
}
