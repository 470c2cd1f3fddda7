// Penalties, against critics whose gradient is known.
#include <ATen/ops/linalg_svdvals.h>

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

TEST_CASE("dragan looks around real samples, as far as the lane's standard deviation says") {
  const std::vector<uint64_t> seeds{1, 2};
  const Tensor real =
      normals("real", {5, 3}, seeds) * at::tensor({1.0, 20.0}, at::kDouble).view({2, 1, 1}) + 7;
  const double a = 0.7;
  const Round::Content c =
      content(real, normals("fake", {5, 3}, seeds), Player::critic, quadratic_critic(a), seeds);
  Random random = c.random("around");
  const Tensor noise = random.uniform({5, 3}), share = random.uniform({5, 1});
  const Tensor std = real.flatten(1).std(1, /*unbiased=*/false).view({2, 1, 1});
  auto expected = [&](double scale, double target) {
    return 10 * (a * (real + share * scale * std * noise).norm(2, 2) - target).square().mean(1);
  };
  CHECK(relative_error(penalty("dragan", {}, c), expected(0.5, 1)) < 1e-12);
  CHECK(relative_error(penalty("dragan", {{"scale", 2.0}, {"target", 0.25}}, c), expected(2, 0.25)) < 1e-12);
  CHECK(relative_error(penalty("dragan", {{"scale", 0.0}}, c),
                       penalty("gradient_penalty", {{"at", "real"}}, c)) < 1e-12);
}

TEST_CASE("lecam holds scores against the running means of those before") {
  const Settings settings{{"weight", Setting::each({2, 3})}, {"decay", 0.75}};
  for (const bool one_sided : {false, true}) {
    Settings with = settings;
    with.emplace("sided", one_sided ? "one" : "two");
    const PluginObject object = make(Kind::penalty, "lecam", with, 2);
    Declare d;
    object.as<Penalty>().declare(d);
    const Params critic = random_params(d, {1, 2});
    const auto score = linear_critic(normals("w", {3}, {1, 2}));
    Tensor real_anchor = at::zeros({2}, at::kDouble), fake_anchor = at::zeros({2}, at::kDouble);
    double weights = 0;
    for (int k = 0; k < 4; ++k) {
      const Tensor real = normals("real " + std::to_string(k), {5, 3}, {1, 2}) + 1,
                   fake = normals("fake " + std::to_string(k), {5, 3}, {1, 2});
      auto after = [&](const Params& state) {
        return object.as<Penalty>().value(Round(content(real, fake, Player::critic, score, {1, 2}, state)));
      };
      Tensor real_excess = score(real) - fake_anchor.unsqueeze(1) / weights,
             fake_excess = real_anchor.unsqueeze(1) / weights - score(fake);
      if (one_sided) {
        real_excess = real_excess.clamp_min(0);
        fake_excess = fake_excess.clamp_min(0);
      }
      const Tensor expected =
          at::tensor({2.0, 3.0}, at::kDouble) * (real_excess.square().mean(1) + fake_excess.square().mean(1));
      CAPTURE(one_sided, k);
      const Tensor value = after(critic);
      if (k == 0)
        CHECK((value == 0).all().item<bool>());  // nothing came before
      else
        CHECK(relative_error(value, expected) < 1e-12);
      real_anchor = 0.75 * real_anchor + score(real).mean(1);
      fake_anchor = 0.75 * fake_anchor + score(fake).mean(1);
      weights = 0.75 * weights + 1;
    }
  }
}

TEST_CASE("consistency is what noise does to a linear critic's scores, and nothing without noise") {
  const Tensor w = normals("w", {3}, {1, 2}), real = normals("real", {5, 3}, {1, 2}),
               fake = normals("fake", {5, 3}, {1, 2});
  const Round::Content c = content(real, fake, Player::critic, linear_critic(w), {1, 2});
  const Tensor std = at::tensor({0.1, 0.5}, at::kDouble);
  auto expected = [&](const char* which) {
    const Tensor noise = c.random(which).normal({5, 3}) * std.view({2, 1, 1});
    return 10 * (noise * w.unsqueeze(1)).sum(2).square().mean(1);
  };
  auto value = [&](const char* at, const Setting& noise) {
    return penalty("consistency", {{"at", at}, {"std", noise}}, c);
  };
  const Setting noise = Setting::each({0.1, 0.5});
  // D(x) − D(x + noise) loses the digits that the scores share.
  CHECK(relative_error(value("real", noise), expected("real")) < 1e-10);
  CHECK(relative_error(value("fake", noise), expected("fake")) < 1e-10);
  CHECK(relative_error(value("both", noise), expected("real") + expected("fake")) < 1e-10);
  for (const char* at : {"real", "fake", "both"}) CHECK((value(at, 0.0) == 0).all().item<bool>());
}

TEST_CASE("instance noise adds what its schedule says to samples, and nothing to a loss") {
  const RegisteredPlugin& plugin = *built_plugins().find(Kind::penalty, "instance_noise");
  CHECK(plugin.schema->find("every") == nullptr);
  CHECK(built_plugins().find(Kind::penalty, "r1")->schema->find("every") != nullptr);
  const Tensor x = normals("x", {5, 3}, {1, 2});
  const auto stream = [] { return Streams({1, 2}, at::TensorOptions(at::kDouble)).at("noise", 3); };
  auto std_at = [&](const PluginObject& object, double progress) {
    Random used = stream(), same = stream();
    const Tensor added = object.as<Penalty>().perturb(x, used, [progress] { return progress; }) - x;
    return (added / same.normal({5, 3})).flatten(1).mean(1);
  };
  const PluginObject constant = make(plugin, {{"std", Setting::each({0.7, 0.1})}}, 2);
  for (const double progress : {0.0, 0.5, 1.0})
    CHECK(relative_error(std_at(constant, progress), at::tensor({0.7, 0.1}, at::kDouble)) < 1e-12);
  const PluginObject linear = make(plugin,
                                   {{"std", Setting::each({0.7, 0.1})},
                                    {"schedule", "linear"},
                                    {"final", Setting::each({0.1, 0.5})},
                                    {"anneal_end", Setting::each({0.5, 1})}},
                                   2);
  CHECK(relative_error(std_at(linear, 0), at::tensor({0.7, 0.1}, at::kDouble)) < 1e-12);
  CHECK(relative_error(std_at(linear, 0.25), at::tensor({0.4, 0.2}, at::kDouble)) < 1e-12);
  CHECK(relative_error(std_at(linear, 0.5), at::tensor({0.1, 0.3}, at::kDouble)) < 1e-12);
  CHECK(relative_error(std_at(linear, 1), at::tensor({0.1, 0.5}, at::kDouble)) < 1e-12);
  const PluginObject sign = make(plugin, {{"std", 0.5}, {"distribution", "rademacher"}}, 2);
  Random coins = stream();
  const Tensor added = sign.as<Penalty>().perturb(at::zeros_like(x), coins, [] { return 0.0; });
  CHECK(((added == 0.5) | (added == -0.5)).all().item<bool>());
  CHECK(std::abs(number(added.sum())) < 0.5 * 30);  // not all alike
  const Round::Content c = content(x, x, Player::critic, quadratic_critic(1), {1, 2});
  CHECK_FALSE(linear.as<Penalty>().value(Round(c)).defined());
}

TEST_CASE("the orthogonal penalty is that of the singular values and of the columns' lengths") {
  Declare d;
  d.param("wide", {4, 7}, Init::zeros());
  d.param("bias", {7}, Init::zeros());
  d.param("narrow", {7, 2}, Init::zeros());
  const Params critic = random_params(d, {1, 2});
  const Tensor x = normals("x", {5, 4}, {1, 2});
  const Round::Content c = content(x, x, Player::critic, quadratic_critic(1), {1, 2}, critic);
  Tensor frobenius = at::zeros({2}, at::kDouble), off_diagonal = at::zeros({2}, at::kDouble);
  for (const size_t i : {size_t{0}, size_t{2}}) {
    const Tensor w = critic.all()[i].detach();
    const Tensor squares = at::linalg_svdvals(w).square();
    // ‖WᵀW − I‖² = Σ (σ² − 1)², with a 1 for every column beyond the rank.
    frobenius += (squares - 1).square().sum(1) + static_cast<double>(w.size(2) - squares.size(1));
    off_diagonal += squares.square().sum(1) - w.square().sum(1).square().sum(1);
  }
  const Setting weight = Setting::each({2, 3});
  const Tensor weights = at::tensor({2.0, 3.0}, at::kDouble);
  CHECK(relative_error(penalty("orthogonal", {{"weight", weight}}, c), weights * frobenius) < 1e-12);
  CHECK(relative_error(penalty("orthogonal", {{"weight", weight}, {"form", "off_diagonal"}}, c),
                       weights * off_diagonal) < 1e-12);
  // Orthogonal columns, as long as you like.
  const Params scaled({at::tensor({1.0, 2.0, 3.0}, at::kDouble).diag().unsqueeze(0)}, {}, Mode::training);
  const Round::Content of_scaled = content(x, x, Player::critic, quadratic_critic(1), {1}, scaled);
  const auto one = [&](const char* form) {
    return number(make(Kind::penalty, "orthogonal", {{"weight", 1.0}, {"form", form}})
                      .as<Penalty>()
                      .value(Round(of_scaled)));
  };
  CHECK(one("off_diagonal") == 0);
  CHECK(one("frobenius") == 9 + 64);
  const Params no_matrix({at::ones({1, 3}, at::kDouble)}, {}, Mode::training);
  CHECK_FALSE(make(Kind::penalty, "orthogonal")
                  .as<Penalty>()
                  .value(Round(content(x, x, Player::critic, quadratic_critic(1), {1}, no_matrix)))
                  .defined());
}

TEST_CASE("every penalty's gradient by the critic's parameters is that of central differences") {
  for (const char* activation : {"tanh", "softplus", "sigmoid"}) {
    for (const RegisteredPlugin* plugin : built_plugins().of(Kind::penalty)) {
      const PluginObject object = make(*plugin);
      auto& p = object.as<Penalty>();
      if (p.player() != Player::critic) continue;
      PluginObject critic =
          make(Kind::critic, "mlp", {{"widths", list<int>({4, 3})}, {"activation", activation}});
      Declare d;
      critic.as<Critic>().declare(d, {2});
      p.declare(d);
      const Params params = random_params(d, {5});
      std::vector<Tensor> states;
      for (size_t i = 0; i < d.states().size(); ++i) states.push_back(params[StateRef{static_cast<int>(i)}]);
      const auto round = [&](Mode mode) {
        return Round(content(
            normals("real", {4, 2}, {5}), normals("fake", {4, 2}, {6}), Player::critic,
            [&](const Tensor& x) { return critic.as<Critic>().forward(params, x); }, {0},
            Params(params.all(), states, mode)));
      };
      if (!p.value(round(Mode::training)).defined()) continue;  // after it, there is something to remember
      const auto value = [&] { return p.value(round(Mode::evaluation)); };
      const auto got = gradients(value(), params.all());
      double slopes = 0;
      for (size_t i = 0; i < got.size(); ++i) {
        const Tensor expected = central_differences(params.all()[i], 1e-5, value);
        CAPTURE(plugin->name(), activation, i);
        CHECK(relative_error(got[i], expected, 1e-3) < 1e-6);
        slopes += number(got[i].abs().sum());
      }
      CHECK(slopes > 0);
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
      make(*plugin).as<Penalty>().declare(d);
      const auto states = static_cast<int>(d.states().size());
      const Params params = random_params(d, seeds, at::kFloat);
      auto results = [&](const Params& of, const std::vector<uint64_t>& with) {
        const PluginObject object = make(*plugin, {}, static_cast<int64_t>(with.size()), at::kFloat);
        auto& p = object.as<Penalty>();
        Declare again;
        critic.as<Critic>().declare(again, {3});
        p.declare(again);
        Round::Content c = content(
            normals("real", {13, 3}, with, at::kFloat), normals("fake", {13, 3}, with, at::kFloat),
            Player::critic, [&](const Tensor& x) { return critic.as<Critic>().forward(of, x); }, with, of);
        Random noise = c.random("noise");
        std::vector<Tensor> all{p.perturb(c.real(), noise, [] { return 0.25; })};
        p.value(Round(c));  // the second time there is something to remember
        if (const Tensor value = p.value(Round(c)); value.defined()) {
          all.push_back(value);
          for (const Tensor& slope : gradients(value, of.all())) all.push_back(slope);
        }
        for (int i = 0; i < states; ++i) all.push_back(of[StateRef{i}]);
        return all;
      };
      std::vector<std::vector<Tensor>> alone;
      for (int64_t lane = 0; lane < lanes; ++lane)
        alone.push_back(results(lane_of(params, lane, states), {seeds[static_cast<size_t>(lane)]}));
      const auto many = results(params, seeds);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const auto& one = alone[static_cast<size_t>(lane)];
        for (size_t i = 0; i < one.size(); ++i) {
          CAPTURE(plugin->name(), lanes, lane, i);
          CHECK(same_bits(one[i], lane_of(many[i], lane)));
        }
      }
    }
  }
}
