// Constraints: weight clipping, and spectral normalisation against the singular values that LAPACK finds.
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/linalg_svdvals.h>

#include <cmath>
#include <cstring>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// A constraint on some parameters, with the state that it declares for them.
struct Constrained {
  Constrained(const RegisteredPlugin& plugin, const std::vector<Shape>& shapes,
              const std::vector<uint64_t>& seeds = {0}, const Settings& settings = {},
              at::ScalarType dtype = at::kDouble)
      : object(make(plugin, settings, static_cast<int64_t>(seeds.size()), dtype)), lane_seeds(seeds) {
    Declare d;
    for (const Shape& shape : shapes)
      d.param("parameter." + std::to_string(d.params().size()), shape, Init::zeros());
    for (const Slot& slot : std::vector<Slot>(d.params())) object.as<Constraint>().declare(d, slot);
    const Params start = random_params(d, seeds, dtype);
    params = start.all();
    slots = d.params();
    for (size_t i = 0; i < d.states().size(); ++i) {
      states.push_back(start[StateRef{static_cast<int>(i)}]);
      const Slot& slot = d.states()[i];
      if (slot.init.kind == Init::Kind::normal)
        states.back().copy_(normals(slot.name, slot.shape, seeds, dtype));
    }
  }
  Tensor effective(size_t i, Mode mode = Mode::training) const {
    return object.as<Constraint>().effective({params, states, mode}, slots[i], params[i]);
  }

  PluginObject object;
  std::vector<uint64_t> lane_seeds;
  std::vector<Slot> slots;
  std::vector<Tensor> params, states;
};

const RegisteredPlugin& spectral_norm() { return *built_plugins().find(Kind::constraint, "spectral_norm"); }

bool orthonormal(const Tensor& rows) {  // [1, k, n]
  const Tensor gram = at::matmul(rows[0], rows[0].t());
  return at::allclose(gram, at::eye(gram.size(0), gram.options()), 0, 1e-12);
}

double largest_singular_value(const Tensor& matrix) {
  return number(at::linalg_svdvals(matrix.detach().to(at::kDouble)).max());
}

}  // namespace

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

TEST_CASE("spectral normalisation gives matrices their norm and leaves vectors alone") {
  const Constrained c(spectral_norm(), {{3, 40}, {40}, {40, 30}, {30, 1}, {5, 2, 7}}, {4, 5},
                      {{"scale", Setting::each({1, 2.5})}, {"iterations", 60}});
  REQUIRE(c.states.size() == 4);
  for (size_t i = 0; i < c.params.size(); ++i) {
    const Tensor effective = c.effective(i);
    CAPTURE(i);
    if (i == 1) {
      CHECK(effective.is_same(c.params[i]));
      continue;
    }
    for (const int64_t lane : {0, 1}) {
      // The last axis is the outputs'. With eight vectors the iteration converges as (σ₉/σ₁)¹²⁰.
      const Tensor matrix = effective[lane].flatten(0, -2);
      CHECK(largest_singular_value(matrix) == Approx(lane == 0 ? 1 : 2.5).epsilon(1e-6));
      const Tensor factors = effective[lane] / c.params[i][lane];
      CHECK(relative_error(factors, factors.mean()) < 1e-12);
    }
  }
}

TEST_CASE("one power iteration an update follows the singular values through a training") {
  // A critic of two hidden layers fits a wave by its spectrally normalised weights.
  const PluginObject critic =
      make(Kind::critic, "mlp", {{"widths", list<int>({24, 24})}, {"activation", "tanh"}}, 2);
  Declare d;
  critic.as<Critic>().declare(d, {2});
  std::vector<Shape> shapes;
  for (const Slot& slot : d.params()) shapes.push_back(slot.shape);
  Constrained c(spectral_norm(), shapes, {1, 2});
  double first_loss = 0, loss_now = 0;
  double worst = 0;
  for (int step = 0; step < 300; ++step) {
    std::vector<Tensor> effective;
    for (size_t i = 0; i < c.params.size(); ++i) {
      effective.push_back(c.effective(i));
      if (step >= 20 && c.params[i].dim() == 3)
        for (const int64_t lane : {0, 1})
          worst = std::max(worst, std::abs(largest_singular_value(effective[i][lane]) - 1));
    }
    const Tensor x = normals("x " + std::to_string(step), {64, 2}, {1, 2});
    const Tensor wave = x.select(2, 0).sin();
    const Tensor y = critic.as<Critic>().forward({effective, {}, Mode::training}, x);
    const Tensor loss = lane_mean((y - wave).square());
    loss_now = number(loss.mean());
    if (step == 0) first_loss = loss_now;
    const auto slopes = gradients(loss, c.params);
    for (size_t i = 0; i < slopes.size(); ++i)
      c.params[i] = (c.params[i] - 0.1 * slopes[i]).detach().requires_grad_();
  }
  CHECK(loss_now < 0.5 * first_loss);  // the weights did move
  CHECK(worst < 1e-3);
  for (size_t i = 0; i < c.params.size(); ++i) {
    if (c.params[i].dim() < 3) continue;
    // The weights have moved once more.
    const Tensor effective = c.effective(i, Mode::evaluation);
    for (const int64_t lane : {0, 1}) {
      CAPTURE(i, lane);
      CHECK(std::abs(largest_singular_value(effective[lane]) - 1) < 1e-3);
    }
  }
}

TEST_CASE("spectral normalisation has the gradient of W/σ(W)") {
  const Constrained c(spectral_norm(), {{4, 6}}, {9}, {{"iterations", 400}, {"vectors", 1}});
  const Tensor weights = normals("weights", {4, 6});
  const auto got = gradients((c.effective(0) * weights).sum(), c.params)[0];
  // d⟨G, W/σ⟩ = G/σ − ⟨G, W⟩/σ² · v uᵀ.
  const auto [left, values, right] = at::linalg_svd(c.params[0].detach()[0], false);
  const Tensor w = c.params[0].detach()[0], sigma = values[0], outer = at::outer(left.select(1, 0), right[0]);
  const Tensor expected = weights[0] / sigma - (weights[0] * w).sum() / sigma.square() * outer;
  CHECK(relative_error(got[0], expected, 1e-3) < 1e-9);

  // Where the vector is not at its limit too, and twice, as long as it stays as it is.
  const Constrained early(spectral_norm(), {{4, 6}}, {9}, {{"iterations", 1}});
  auto value = [&] { return (early.effective(0, Mode::evaluation) * weights).sum(); };
  auto slope = [&] { return gradients(value(), early.params)[0]; };
  CHECK(relative_error(slope(), central_differences(early.params[0], 1e-5, value), 1e-3) < 1e-7);
  auto squared_slope = [&] { return input_gradient(value(), early.params[0]).square().sum(); };
  CHECK(relative_error(gradients(squared_slope(), early.params)[0],
                       central_differences(early.params[0], 1e-5, squared_slope), 1e-3) < 1e-7);
}

TEST_CASE("spectral normalisation learns its vector in training alone, and several uses share one graph") {
  const Constrained c(spectral_norm(), {{4, 6}}, {9});
  const Tensor start = c.states[0].clone();
  c.effective(0, Mode::evaluation);
  CHECK(same_bits(c.states[0], start));
  const Tensor first = c.effective(0), second = c.effective(0);
  CHECK_FALSE(same_bits(c.states[0], start));
  CHECK(orthonormal(c.states[0]));
  // The vector moved on in place between the two: what the first saved must be its own.
  CHECK(gradients((first * second).sum(), c.params)[0].isfinite().all().item<bool>());
}

TEST_CASE("one vector is the paper's algorithm, eight also see what overtakes it") {
  // W = diag(3, 2, 1): v = W u/‖W u‖, u = Wᵀ v/‖Wᵀ v‖, σ = ‖W u‖.
  const Tensor diagonal = at::tensor({3.0, 2.0, 1.0}, at::kDouble);
  Constrained one(spectral_norm(), {{3, 3}}, {9}, {{"vectors", 1}});
  one.params[0] = diagonal.diag().unsqueeze(0);
  Tensor u = one.states[0].flatten().clone();
  for (int k = 0; k < 3; ++k) {
    u = diagonal.square() * u;
    u = u / u.norm();
    CHECK(relative_error(one.effective(0), one.params[0] / (diagonal * u).norm(), 1e-12) < 1e-12);
  }
  // The leading direction changes while the vector is at its limit: to 1e-16 it has nothing of the new one.
  for (const int vectors : {1, 8}) {
    Constrained c(spectral_norm(), {{3, 3}}, {9}, {{"vectors", vectors}});
    c.params[0] = diagonal.diag().unsqueeze(0);
    for (int k = 0; k < 100; ++k) c.effective(0);
    c.params[0] = at::tensor({3.0, 4.0, 1.0}, at::kDouble).diag().unsqueeze(0);
    const double norm = largest_singular_value(c.effective(0)[0]);
    CHECK(norm == Approx(vectors == 1 ? 4.0 / 3 : 1).epsilon(1e-9));
  }
}

TEST_CASE("spectral normalisation keeps its basis through matrices of low rank") {
  Constrained c(spectral_norm(), {{6, 5}}, {9});
  const Tensor rank_one = at::outer(normals("a", {6})[0], normals("b", {5})[0]).unsqueeze(0);
  c.params[0] = rank_one;
  for (int k = 0; k < 3; ++k) {
    CHECK(largest_singular_value(c.effective(0)[0]) == Approx(1).epsilon(1e-12));
    CHECK(orthonormal(c.states[0]));
  }
}

TEST_CASE("spectral normalisation of a matrix of zeros is that matrix, and trains on from there") {
  Constrained c(spectral_norm(), {{4, 6}}, {9});
  c.params[0] = at::zeros_like(c.params[0]).requires_grad_();
  const Tensor effective = c.effective(0);
  CHECK((effective == 0).all().item<bool>());
  CHECK(gradients(effective.sum(), c.params)[0].isfinite().all().item<bool>());
  CHECK(orthonormal(c.states[0]));
}

TEST_CASE("a constraint gives one lane the same bits alone and among others") {
  const std::vector<Shape> shapes{{3, 13}, {13}, {13, 7}, {7, 1}, {1}};
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::constraint)) {
    for (const size_t lanes : {3, 16}) {
      std::vector<uint64_t> seeds;
      for (size_t i = 0; i < lanes; ++i) seeds.push_back(60 + i);
      auto results = [&](const std::vector<uint64_t>& with) {
        const Constrained c(*plugin, shapes, with, {}, at::kFloat);
        std::vector<Tensor> all;
        for (size_t i = 0; i < shapes.size(); ++i) {
          c.effective(i);
          const Tensor effective = c.effective(i);
          all.push_back(effective);
          all.push_back(gradients(effective.square().sum(), c.params)[i]);
          Tensor moved = c.params[i].detach().clone();
          c.object.as<Constraint>().project(c.slots[i], moved);
          all.push_back(moved);
        }
        all.insert(all.end(), c.states.begin(), c.states.end());
        return all;
      };
      const auto many = results(seeds);
      for (size_t lane = 0; lane < lanes; ++lane) {
        const auto one = results({seeds[lane]});
        for (size_t i = 0; i < one.size(); ++i) {
          CAPTURE(plugin->name(), lanes, lane, i);
          CHECK(same_bits(one[i], lane_of(many[i], static_cast<int64_t>(lane))));
        }
      }
    }
  }
}
