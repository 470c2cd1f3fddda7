// Optimizers, against numbers from PyTorch's own and against the same lane alone.
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

// Five updates of three parameters under gradients that depend on step and parameters.
Tensor after_five_updates(const std::string& name, const Settings& settings) {
  const PluginObject object = make(Kind::optimizer, name, settings);
  Update u = fresh(object.as<Optimizer>(), at::tensor({0.5, -1.25, 2.0}, at::kDouble).unsqueeze(0));
  for (; u.count < 5; ++u.count) {
    const double k = static_cast<double>(u.count);
    const Tensor slope = at::tensor({0.3 * (k + 1), -1.7 + 0.4 * k, 1e-3 * (k - 2)}, at::kDouble);
    u.gradient.copy_(slope.unsqueeze(0) + 0.1 * u.params);
    object.as<Optimizer>().update(u);
  }
  return u.params[0];
}

}  // namespace

TEST_CASE("optimizers move as PyTorch 2.13's do") {
  struct Case {
    std::string name;
    Settings settings;
    std::vector<double> torch;  // torch.optim in float64, the same gradients
  };
  const std::vector<Case> cases{
      {"adam", {{"rate", 0.01}}, {0.45120549619934935, -1.2035631092937342, 1.9500000025241477}},
      {"adam",
       {{"rate", 0.02}, {"beta1", 0.5}, {"beta2", 0.9}, {"epsilon", 1e-3}, {"weight_decay", 0.1}},
       {0.3913178838951743, -1.166786934477926, 1.900571008177677}},
      {"adam",
       {{"rate", 0.02}, {"beta1", 0.0}, {"beta2", 0.9}},
       {0.37298918510622364, -1.1843377126833052, 1.9004627722773226}},
      {"sgd", {{"rate", 0.05}}, {0.26411876280156243, -0.9972922419742187, 1.9504950249375623}},
      {"sgd",
       {{"rate", 0.05}, {"momentum", 0.9}, {"weight_decay", 0.1}},
       {-0.03218398320000005, -0.36570113252500014, 1.743633538091}},
      {"sgd",
       {{"rate", 0.05}, {"momentum", 0.9}, {"nesterov", true}},
       {-0.18524899456387958, -0.2741911273487215, 1.835427180051496}},
      {"rmsprop", {{"rate", 0.01}}, {0.09427159875669255, -1.016709680264488, 1.6841330734866438}},
      {"rmsprop",
       {{"rate", 0.01}, {"decay", 0.9}, {"epsilon", 1e-3}, {"momentum", 0.8}, {"weight_decay", 0.1}},
       {0.18831908397768657, -1.029466233538028, 1.7374274746984293}}};
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i, cases[i].name);
    CHECK(relative_error(after_five_updates(cases[i].name, cases[i].settings),
                         at::tensor(cases[i].torch, at::kDouble)) < 1e-12);
  }
}

TEST_CASE("adam and sgd agree with ATen's fused kernels in float32") {
  const int64_t n = 1003;
  const Tensor start = normals("start", {n}, {1}, at::kFloat);
  auto run = [&](const PluginObject& object,
                 const std::function<void(Tensor&, Tensor&, std::vector<Tensor>&, Tensor&)>& fused) {
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
  CHECK(run(make(Kind::optimizer, "adam", {{"rate", 0.01}, {"beta1", 0.5}}, 1, at::kFloat),
            [](Tensor& p, Tensor& g, std::vector<Tensor>& s, Tensor& steps) {
              at::_fused_adam_({p}, {g}, {s[0]}, {s[1]}, {}, {steps}, 0.01, 0.5, 0.999, 0, 1e-8, false,
                               false);
            }) < 2e-6);
  CHECK(run(make(Kind::optimizer, "sgd", {{"rate", 0.01}, {"momentum", 0.9}}, 1, at::kFloat),
            [](Tensor& p, Tensor& g, std::vector<Tensor>& s, Tensor& steps) {
              at::_fused_sgd_({p}, {g}, {s[0]}, 0, 0.9, 0.01, 0, false, false, steps.item<float>() == 1);
            }) < 2e-6);
}

TEST_CASE("every optimizer gives one lane the same bits alone and among others, at its own rate") {
  const std::vector<double> rates{1e-3, 2e-2, 5e-4, 0.3,  1e-2, 7e-3, 1e-5, 0.1,
                                  4e-3, 3e-3, 2e-3, 6e-3, 8e-3, 9e-3, 0.2,  0};
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t n : {1, 7, 77, 1003}) {
        for (const size_t lanes : {3, 16}) {
          std::vector<uint64_t> seeds;
          for (size_t i = 0; i < lanes; ++i) seeds.push_back(i + 100);
          auto run = [&](const std::vector<uint64_t>& with, const std::vector<double>& own_rates) {
            const PluginObject object =
                make(*plugin, {{"rate", Setting::each(own_rates)}}, static_cast<int64_t>(with.size()), dtype);
            Update u = fresh(object.as<Optimizer>(), normals("start", {n}, with, dtype));
            for (; u.count < 4; ++u.count) {
              u.gradient.copy_(normals("gradient " + std::to_string(u.count), {n}, with, dtype));
              object.as<Optimizer>().update(u);
            }
            std::vector<Tensor> all = u.states;
            all.push_back(u.params);
            return all;
          };
          const auto many = run(seeds, {rates.begin(), rates.begin() + static_cast<int64_t>(lanes)});
          for (size_t lane = 0; lane < lanes; ++lane) {
            const auto one = run({seeds[lane]}, {rates[lane]});
            for (size_t i = 0; i < one.size(); ++i) {
              CAPTURE(plugin->name(), n, lanes, lane, i);
              CHECK(same_bits(one[i], lane_of(many[i], static_cast<int64_t>(lane))));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("every optimizer finds the lowest point of a bowl") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    const PluginObject object = make(*plugin, {{"rate", 0.01}});
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

TEST_CASE("optimizers leave what lies between the lanes' rows alone") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    const PluginObject object = make(*plugin, {}, 2, at::kFloat);
    const Tensor whole = at::full({2, 80}, 7.0f);
    Update u = fresh(object.as<Optimizer>(), whole.narrow(1, 0, 77));
    u.gradient = at::ones({2, 77});
    for (Tensor& state : u.states) state = at::zeros({2, 77});
    object.as<Optimizer>().update(u);
    CAPTURE(plugin->name());
    CHECK((whole.narrow(1, 77, 3) == 7).all().item<bool>());
    CHECK((whole.narrow(1, 0, 77) < 7).all().item<bool>());
  }
}
