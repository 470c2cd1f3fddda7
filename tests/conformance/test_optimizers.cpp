// What holds for every registered optimizer: its two forms agree, the rate is the schedule's, a lane is
// alone, and the update can be differentiated.
#include <cmath>

#include "conformance/fake_device.hpp"
#include "unit/plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

// Settings for some lanes: the rate chosen, the others at their defaults, or each lane's away from them.
Settings settings_for(const RegisteredPlugin& plugin, const std::vector<double>& rates, bool unusual) {
  Settings settings;
  for (const ParamSpec& spec : plugin.schema->params()) {
    if (spec.name == "rate") {
      settings.emplace("rate", Setting::each(rates));
    } else if (unusual && spec.type == type_name<bool>()) {
      settings.emplace(spec.name, true);
    } else if (unusual && spec.type == type_name<LaneReal>()) {
      const double low = std::max(spec.range.low, 0.0), high = std::min(spec.range.high, low + 1);
      std::vector<double> each;
      for (size_t lane = 0; lane < rates.size(); ++lane)
        each.push_back(low + (high - low) * (0.3 + 0.4 * static_cast<double>(lane % 3) / 3));
      settings.emplace(spec.name, Setting::each(each));
    }
  }
  REQUIRE(settings.count("rate") == 1);
  return settings;
}

std::vector<uint64_t> seeds_of(size_t lanes) {
  std::vector<uint64_t> seeds;
  for (size_t i = 0; i < lanes; ++i) seeds.push_back(i + 100);
  return seeds;
}

Tensor gradient_of(int64_t count, const Shape& shape, const std::vector<uint64_t>& seeds,
                   at::ScalarType dtype) {
  return normals("gradient " + std::to_string(count), shape, seeds, dtype);
}

// Before the update number `updates`, after those before it.
Update underway(const Optimizer& optimizer, const Shape& shape, const std::vector<uint64_t>& seeds,
                at::ScalarType dtype, int64_t updates) {
  Update u;
  u.params = normals("start", shape, seeds, dtype);
  for (size_t i = 0; i < optimizer.states().size(); ++i) u.states.push_back(at::zeros_like(u.params));
  for (; u.count < updates; ++u.count) {
    u.gradient = gradient_of(u.count, shape, seeds, dtype);
    optimizer.update(u);
  }
  u.gradient = gradient_of(u.count, shape, seeds, dtype);
  return u;
}

Update copy(Update u) {
  u.params = u.params.clone();
  for (Tensor& state : u.states) state = state.clone();
  return u;
}

std::vector<Tensor> together(const Update& u) {
  std::vector<Tensor> all{u.params};
  all.insert(all.end(), u.states.begin(), u.states.end());
  return all;
}
std::vector<Tensor> together(const Updated& after) {
  std::vector<Tensor> all{after.params};
  all.insert(all.end(), after.states.begin(), after.states.end());
  return all;
}

// Relative to the largest number: an update may cancel in a single one.
double distance(const Tensor& a, const Tensor& b) {
  return number((a - b).abs().max() / b.abs().max().clamp_min(1e-30));
}

template <class Check>
void for_every_optimizer(Check check) {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer))
    for (const bool unusual : {false, true}) {
      INFO("optimizer " << plugin->name() << (unusual ? ", no parameter at its default" : ""));
      check(*plugin, unusual);
    }
}

const std::vector<double> three_rates{1e-3, 2e-2, 0.3};

}  // namespace

TEST_CASE("an optimizer's update in place leads where its function says") {
  for_every_optimizer([](const RegisteredPlugin& plugin, bool unusual) {
    for (const auto dtype : {at::kFloat, at::kDouble})
      for (const int64_t n : {1, 7, 77, 1003})
        for (const int64_t updates : {0, 1, 3}) {
          const PluginObject object = make(plugin, settings_for(plugin, three_rates, unusual), 3, dtype);
          Update u = underway(object.as<Optimizer>(), {n}, seeds_of(3), dtype, updates);
          u.rate_factors = {0.5, 1, 0.75};
          const Update before = copy(u);
          const auto expected = together(object.as<Optimizer>().next(u));
          for (size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(dtype, n, updates, i);
            CHECK(same_bits(together(before)[i], together(u)[i]));  // a function changes nothing
          }
          object.as<Optimizer>().update(u);
          REQUIRE(together(u).size() == expected.size());
          for (size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(dtype, n, updates, i);
            CHECK(distance(together(u)[i], expected[i]) < (dtype == at::kFloat ? 1e-6 : 1e-14));
          }
        }
  });
}

TEST_CASE("an optimizer's update off the CPU leads where its function says") {
  const at::Device device = fake_device();
  for_every_optimizer([&](const RegisteredPlugin& plugin, bool unusual) {
    for (const auto dtype : {at::kFloat, at::kDouble})
      for (const int64_t updates : {0, 1, 3}) {
        // Two lanes of one rate, which ATen's kernels take together.
        const PluginObject object = make(plugin, settings_for(plugin, {2e-2, 1e-3, 2e-2}, unusual), 3, dtype);
        Update u = underway(object.as<Optimizer>(), {77}, seeds_of(3), dtype, updates);
        u.rate_factors = {0.5, 1, 0.5};
        const auto expected = together(object.as<Optimizer>().next(u));
        Update there = u;
        there.params = u.params.to(device);
        there.gradient = u.gradient.to(device);
        for (Tensor& state : there.states) state = state.to(device);
        object.as<Optimizer>().update(there);
        for (size_t i = 0; i < expected.size(); ++i) {
          CAPTURE(dtype, updates, i);
          CHECK(distance(together(there)[i].cpu(), expected[i]) < (dtype == at::kFloat ? 1e-6 : 1e-14));
        }
      }
  });
}

TEST_CASE("SGD takes negative momentum off the CPU too, beside lanes without and with") {
  const PluginObject object =
      make(Kind::optimizer, "sgd", {{"momentum", Setting::each({-0.5, 0.0, 0.9})}}, 3);
  Update u = underway(object.as<Optimizer>(), {77}, seeds_of(3), at::kDouble, 2);
  const auto expected = together(object.as<Optimizer>().next(u));
  for (Tensor* x : {&u.params, &u.gradient, &u.states[0]}) *x = x->to(fake_device());
  object.as<Optimizer>().update(u);
  for (size_t i = 0; i < expected.size(); ++i) CHECK(distance(together(u)[i].cpu(), expected[i]) < 1e-14);
}

TEST_CASE("an optimizer's rate is what the schedule makes of it, lane by lane") {
  const std::vector<double> factors{0.5, 0.1, 0};
  std::vector<double> scaled;
  for (size_t lane = 0; lane < factors.size(); ++lane) scaled.push_back(three_rates[lane] * factors[lane]);
  for_every_optimizer([&](const RegisteredPlugin& plugin, bool unusual) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const PluginObject scheduled = make(plugin, settings_for(plugin, three_rates, unusual), 3, dtype),
                         plain = make(plugin, settings_for(plugin, scaled, unusual), 3, dtype);
      Update u = underway(scheduled.as<Optimizer>(), {77}, seeds_of(3), dtype, 2);
      const auto plain_next = together(plain.as<Optimizer>().next(u));
      Update by_plain = copy(u);
      plain.as<Optimizer>().update(by_plain);
      u.rate_factors = factors;
      const auto scheduled_next = together(scheduled.as<Optimizer>().next(u));
      Update by_scheduled = copy(u);
      scheduled.as<Optimizer>().update(by_scheduled);
      for (size_t i = 0; i < plain_next.size(); ++i) {
        CHECK(same_bits(plain_next[i], scheduled_next[i]));
        CHECK(same_bits(together(by_plain)[i], together(by_scheduled)[i]));
      }
      CHECK(same_bits(u.params[2], by_scheduled.params[2]));  // a rate of 0 moves nothing
      CHECK_FALSE(same_bits(u.params[0], by_scheduled.params[0]));
    }
  });
}

TEST_CASE("an optimizer gives one lane the same bits alone and among others, at its own rate") {
  const std::vector<double> rates{1e-3, 2e-2, 5e-4, 0.3,  1e-2, 7e-3, 1e-5, 0.1,
                                  4e-3, 3e-3, 2e-3, 6e-3, 8e-3, 9e-3, 0.2,  0};
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      for (const int64_t n : {1, 7, 77, 1003}) {
        for (const size_t lanes : {3, 16}) {
          const std::vector<uint64_t> seeds = seeds_of(lanes);
          auto run = [&](const std::vector<uint64_t>& with, const std::vector<double>& own_rates) {
            const PluginObject object =
                make(*plugin, {{"rate", Setting::each(own_rates)}}, static_cast<int64_t>(with.size()), dtype);
            const Update u = underway(object.as<Optimizer>(), {n}, with, dtype, 4);
            std::vector<Tensor> all = together(u);
            for (const Tensor& after : together(object.as<Optimizer>().next(u))) all.push_back(after);
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

TEST_CASE("Adam's lanes keep means and squares by factors of their own") {
  const std::vector<double> means{0.5, 0.9, 0.9, 0.5}, squares{0.999, 0.999, 0.9, 0.9};
  const std::vector<uint64_t> seeds = seeds_of(4);
  for (const char* name : {"adam", "adamw", "amsgrad"}) {
    const auto run = [&](const std::vector<uint64_t>& with, const std::vector<double>& beta1,
                         const std::vector<double>& beta2) {
      const PluginObject object =
          make(Kind::optimizer, name, {{"beta1", Setting::each(beta1)}, {"beta2", Setting::each(beta2)}},
               static_cast<int64_t>(with.size()));
      const Update u = underway(object.as<Optimizer>(), {77}, with, at::kFloat, 4);
      std::vector<Tensor> all = together(u);
      for (const Tensor& after : together(object.as<Optimizer>().next(u))) all.push_back(after);
      return all;
    };
    const auto many = run(seeds, means, squares);
    for (size_t lane = 0; lane < 4; ++lane) {
      const auto one = run({seeds[lane]}, {means[lane]}, {squares[lane]});
      for (size_t i = 0; i < one.size(); ++i) {
        CAPTURE(name, lane, i);
        CHECK(same_bits(one[i], lane_of(many[i], static_cast<int64_t>(lane))));
      }
    }
  }
}

TEST_CASE("an optimizer's function takes tensors of any shape, number by number") {
  for_every_optimizer([](const RegisteredPlugin& plugin, bool unusual) {
    const PluginObject object = make(plugin, settings_for(plugin, three_rates, unusual), 3);
    Update u = underway(object.as<Optimizer>(), {12}, seeds_of(3), at::kDouble, 2);
    const auto flat = together(object.as<Optimizer>().next(u));
    for (Tensor* x : {&u.params, &u.gradient}) *x = x->view({3, 2, 3, 2});
    for (Tensor& state : u.states) state = state.view({3, 2, 3, 2});
    const auto shaped = together(object.as<Optimizer>().next(u));
    for (size_t i = 0; i < flat.size(); ++i) CHECK(distance(shaped[i].flatten(1), flat[i]) < 1e-14);
  });
}

TEST_CASE("an optimizer's function has the derivatives of central differences") {
  for_every_optimizer([](const RegisteredPlugin& plugin, bool unusual) {
    // A rate near 1, so that the derivatives are not small beside the parameters' own rounding.
    const PluginObject object = make(plugin, settings_for(plugin, {0.9, 0.4}, unusual), 2);
    const auto& optimizer = object.as<Optimizer>();
    Update u = underway(optimizer, {5}, seeds_of(2), at::kDouble, 3);
    std::vector<Tensor*> inputs{&u.gradient, &u.params};
    for (Tensor& state : u.states) inputs.push_back(&state);
    for (Tensor* x : inputs) x->requires_grad_();
    // A sum of everything that the update leads to, with weights of its own for each number.
    auto summary = [&] {
      const auto all = together(optimizer.next(u));
      Tensor sum = at::zeros({}, at::kDouble);
      for (size_t i = 0; i < all.size(); ++i)
        sum = sum + (all[i] * normals("weights " + std::to_string(i), {5}, seeds_of(2))).sum();
      return sum;
    };
    std::vector<Tensor> leaves;
    for (const Tensor* x : inputs) leaves.push_back(*x);
    const auto got = gradients(summary(), leaves);
    for (size_t i = 0; i < inputs.size(); ++i) {
      CAPTURE(i);
      // Rounding of 1e-15 over 2e-6, truncation of 1e-12 times the third derivative.
      CHECK(distance(got[i], central_differences(leaves[i], 1e-6, summary)) < 1e-6);
    }
  });
}

TEST_CASE("an optimizer's first update has finite derivatives where the gradient is 0") {
  for_every_optimizer([](const RegisteredPlugin& plugin, bool unusual) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const PluginObject object = make(plugin, settings_for(plugin, three_rates, unusual), 3, dtype);
      Update u = underway(object.as<Optimizer>(), {4}, seeds_of(3), dtype, 0);
      u.gradient = at::zeros_like(u.gradient).requires_grad_();
      u.params.requires_grad_();
      Tensor sum = at::zeros({}, dtype);
      for (const Tensor& after : together(object.as<Optimizer>().next(u))) sum = sum + after.sum();
      for (const Tensor& slope : gradients(sum, {u.gradient, u.params}))
        CHECK(slope.isfinite().all().item<bool>());
    }
  });
}

TEST_CASE("an optimizer leaves what lies between the lanes' rows alone") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::optimizer)) {
    const PluginObject object = make(*plugin, {}, 2, at::kFloat);
    const Tensor whole = at::full({2, 80}, 7.0f);
    Update u;
    u.params = whole.narrow(1, 0, 77);
    u.gradient = at::ones({2, 77});
    for (size_t i = 0; i < object.as<Optimizer>().states().size(); ++i)
      u.states.push_back(at::zeros({2, 77}));
    object.as<Optimizer>().update(u);
    CAPTURE(plugin->name());
    CHECK((whole.narrow(1, 77, 3) == 7).all().item<bool>());
    CHECK((whole.narrow(1, 0, 77) < 7).all().item<bool>());
  }
}
