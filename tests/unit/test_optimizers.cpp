// Optimizers, against PyTorch's own: tests/fixtures/make_optimizer_fixtures.py. What holds for every
// optimizer is in tests/conformance.
#include <cmath>
#include <cstring>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

Update fresh(const Optimizer& optimizer, Tensor params) {
  Update u;
  u.gradient = at::zeros_like(params);
  for (size_t i = 0; i < optimizer.states().size(); ++i) u.states.push_back(at::zeros_like(params));
  u.params = std::move(params);
  return u;
}

// The gradient of the fixtures: it depends on step and parameters.
Tensor slope(const Update& u) {
  const double k = static_cast<double>(u.count);
  const Tensor own = at::tensor({0.3 * (k + 1), -1.7 + 0.4 * k, 1e-3 * (k - 2)}, at::kDouble);
  return own.unsqueeze(0) + 0.1 * u.params;
}

Tensor row_of(const nlohmann::json& numbers) {
  return at::tensor(numbers.get<std::vector<double>>(), at::kDouble).unsqueeze(0);
}

}  // namespace

TEST_CASE("optimizers move as PyTorch 2.13's do, in place and as functions") {
  const nlohmann::json fixture = json_fixture("optimizer_fixtures.json");
  for (const nlohmann::json& one : fixture.at("cases")) {
    const auto name = one.at("name").get<std::string>(), settings = one.at("settings").get<std::string>();
    const PluginObject object = from_yaml(Kind::optimizer, name, settings);
    const auto& optimizer = object.as<Optimizer>();
    for (const bool in_place : {true, false}) {
      Update u = fresh(optimizer, row_of(fixture.at("start")));
      for (size_t k = 0; k < one.at("params").size(); ++k, ++u.count) {
        u.rate_factors = {one.at("rate_factors").at(k).get<double>()};
        u.gradient.copy_(slope(u));
        if (in_place) {
          optimizer.update(u);
        } else {
          Updated after = optimizer.next(u);
          u.params = after.params;
          u.states = after.states;
        }
        CAPTURE(name, settings, in_place, k);
        // Some fifty roundings of 1e-16 on numbers that are no smaller than their summands by more than 100.
        CHECK(relative_error(u.params, row_of(one.at("params").at(k))) < 1e-12);
      }
    }
  }
}

TEST_CASE("adam, its variants and sgd agree with ATen's fused kernels in float32") {
  using Fused =
      std::function<void(Tensor & params, Tensor & gradient, std::vector<Tensor> & states, Tensor & steps)>;
  const int64_t n = 1003;
  const Tensor start = normals("start", {n}, {1}, at::kFloat);
  auto difference = [&](const PluginObject& object, const Fused& fused) {
    const auto& optimizer = object.as<Optimizer>();
    Update u = fresh(optimizer, start.clone());
    Tensor params = start[0].clone(), steps = at::zeros({}, at::kFloat);
    std::vector<Tensor> states(optimizer.states().size(), at::Tensor());
    for (Tensor& state : states) state = at::zeros_like(params);
    for (; u.count < 20; ++u.count) {
      Tensor gradient = normals("gradient " + std::to_string(u.count), {n}, {1}, at::kFloat);
      u.gradient.copy_(gradient);
      optimizer.update(u);
      steps.add_(1);
      Tensor flat = gradient[0].contiguous();
      fused(params, flat, states, steps);
    }
    return (u.params[0] - params).abs().max().item<double>();
  };
  const auto with = [](const char* name, Settings settings) {
    settings.emplace("rate", 0.01);
    return make(Kind::optimizer, name, settings, 1, at::kFloat);
  };
  // Both round parameters below 4 by up to 1.2e-7 at each of twenty updates, one way and the other.
  CHECK(
      difference(with("adam", {{"beta1", 0.5}}), [](Tensor& p, Tensor& g, std::vector<Tensor>& s, Tensor& t) {
        at::_fused_adam_({p}, {g}, {s[0]}, {s[1]}, {}, {t}, 0.01, 0.5, 0.999, 0, 1e-8, false, false);
      }) < 2e-6);
  CHECK(difference(
            with("amsgrad", {{"beta2", 0.6}}), [](Tensor& p, Tensor& g, std::vector<Tensor>& s, Tensor& t) {
              at::_fused_adam_({p}, {g}, {s[0]}, {s[1]}, {s[2]}, {t}, 0.01, 0.9, 0.6, 0, 1e-8, true, false);
            }) < 2e-6);
  CHECK(difference(with("adamw", {{"weight_decay", 0.3}}), [](Tensor& p, Tensor& g, std::vector<Tensor>& s,
                                                              Tensor& t) {
          at::_fused_adamw_({p}, {g}, {s[0]}, {s[1]}, {}, {t}, 0.01, 0.9, 0.999, 0.3, 1e-8, false, false);
        }) < 2e-6);
  CHECK(difference(with("sgd", {{"momentum", 0.9}}),
                   [](Tensor& p, Tensor& g, std::vector<Tensor>& s, Tensor& t) {
                     at::_fused_sgd_({p}, {g}, {s[0]}, 0, 0.9, 0.01, 0, false, false, t.item<float>() == 1);
                   }) < 2e-6);
}

TEST_CASE("sgd with a negative momentum damps what an oscillating gradient does") {
  // velocity = g/(1 − β) for a constant gradient, g/(1 + β) for one that changes its sign at every step.
  const double beta = -0.5;
  const PluginObject object = make(Kind::optimizer, "sgd", {{"rate", 1.0}, {"momentum", beta}});
  Update u = fresh(object.as<Optimizer>(), at::zeros({1, 2}, at::kDouble));
  Tensor before;
  for (; u.count < 60; ++u.count) {  // 0.5⁶⁰ < 1e-18
    before = u.params.clone();
    u.gradient.copy_(at::tensor({1.0, u.count % 2 == 0 ? 1.0 : -1.0}, at::kDouble).unsqueeze(0));
    object.as<Optimizer>().update(u);
  }
  const Tensor step = before - u.params;
  CHECK(number(step[0][0]) == Approx(1 / (1 - beta)).epsilon(1e-12));
  CHECK(number(step[0][1]) == Approx(-1 / (1 + beta)).epsilon(1e-12));
}

TEST_CASE("amsgrad's divisor never shrinks, adamw decays where there is no gradient") {
  const PluginObject amsgrad = make(Kind::optimizer, "amsgrad", {{"beta1", 0.0}, {"beta2", 0.0}});
  Update u = fresh(amsgrad.as<Optimizer>(), at::zeros({1, 1}, at::kDouble));
  Tensor before;
  for (const double gradient : {4.0, 1.0}) {
    before = u.params.clone();
    u.gradient.fill_(gradient);
    amsgrad.as<Optimizer>().update(u);
    ++u.count;
  }
  CHECK(number(before - u.params) == Approx(1e-3 / 4).epsilon(1e-8));  // rate · 1/(4 + epsilon)

  const PluginObject adamw = make(Kind::optimizer, "adamw", {{"rate", 0.1}, {"weight_decay", 0.5}});
  u = fresh(adamw.as<Optimizer>(), at::full({1, 1}, 2.0, at::kDouble));
  u.rate_factors = {0.5};
  adamw.as<Optimizer>().update(u);
  CHECK(number(u.params) == Approx(2 * (1 - 0.05 * 0.5)).epsilon(1e-14));
}

TEST_CASE("an update is differentiable where no gradient has been yet") {
  // At 0 Adam's step −rate·g/(|g| + ε) has the slope −rate/ε.
  const double epsilon = 1e-3;
  struct Case {
    const char* name;
    Settings settings;
    double slope;
  };
  const std::vector<Case> cases{{"adam", {{"rate", 1.0}, {"epsilon", epsilon}}, -1 / epsilon},
                                {"adamw", {{"rate", 1.0}, {"epsilon", epsilon}}, -1 / epsilon},
                                {"amsgrad", {{"rate", 1.0}, {"epsilon", epsilon}}, -1 / epsilon},
                                {"rmsprop", {{"rate", 1.0}, {"epsilon", epsilon}}, -1 / epsilon},
                                {"sgd", {{"rate", 1.0}}, -1}};
  for (const Case& one : cases) {
    const PluginObject object = make(Kind::optimizer, one.name, one.settings);
    Update u = fresh(object.as<Optimizer>(), at::zeros({1, 2}, at::kDouble));
    u.gradient.requires_grad_();
    const auto slopes = gradients(object.as<Optimizer>().next(u).params, {u.gradient});
    CAPTURE(one.name);
    CHECK(relative_error(slopes[0], at::full_like(slopes[0], one.slope)) < 1e-12);
  }
}

TEST_CASE("every optimizer finds the lowest point of a bowl") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    Settings settings{{"rate", 0.01}};
    if (plugin->schema->find("weight_decay")) settings.emplace("weight_decay", 0.0);
    const PluginObject object = make(*plugin, settings);
    const Tensor target = normals("target", {5}),
                 curvature = at::tensor({0.5, 1.0, 2.0, 3.0, 4.0}, at::kDouble);
    Update u = fresh(object.as<Optimizer>(), at::zeros({1, 5}, at::kDouble));
    for (; u.count < 3000; ++u.count) {
      u.gradient.copy_(curvature * (u.params - target));
      object.as<Optimizer>().update(u);
    }
    CAPTURE(plugin->name());
    CHECK((u.params - target).abs().max().item<double>() < 0.02);
  }
}
