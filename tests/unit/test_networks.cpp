// Generators, critics, encoders and heads: every registered one keeps shapes, ranges and lanes; the affine
// generator and the perceptron are held against formulas.
#include <cmath>
#include <cstring>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

std::vector<int64_t> sizes(int64_t lanes, int64_t batch, const Shape& shape) {
  std::vector<int64_t> all{lanes, batch};
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

Tensor inputs(int64_t batch, const Shape& shape, const std::vector<uint64_t>& seeds, at::ScalarType dtype) {
  Shape all{batch};
  all.insert(all.end(), shape.begin(), shape.end());
  return normals("inputs", all, seeds, dtype);
}

using Forward = std::function<Tensor(const Params&, const Tensor&)>;

// Output, and gradients by input and parameters, of many lanes and of each lane alone.
void check_lanes(const Declare& declared, const Shape& input, const Forward& forward) {
  for (const int64_t lanes : {3, 16}) {
    for (const int64_t batch : {1, 13, 77}) {
      std::vector<uint64_t> seeds;
      for (int64_t i = 0; i < lanes; ++i) seeds.push_back(static_cast<uint64_t>(70 + i));
      const Params params = random_params(declared, seeds, at::kFloat);
      const Tensor x = inputs(batch, input, seeds, at::kFloat).requires_grad_();
      auto results = [&](const Params& p, const Tensor& at_x) {
        const Tensor y = forward(p, at_x);
        std::vector<Tensor> of = p.all();
        of.push_back(at_x);
        auto all = gradients(y.square(), of);
        all.push_back(y);
        return all;
      };
      const auto many = results(params, x);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const auto one = results(lane_of(params, lane), lane_of(x, lane).requires_grad_());
        for (size_t i = 0; i < one.size(); ++i) {
          CAPTURE(lanes, batch, lane, i);
          CHECK(same_bits(one[i], lane_of(many[i], lane)));
        }
      }
    }
  }
}

const std::vector<Shape>& odd_shapes() {
  static const std::vector<Shape> shapes{{3}, {1, 5, 3}, {2, 3}};
  return shapes;
}

}  // namespace

TEST_CASE("every generator makes outputs of the shape that it's asked for, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::generator)) {
    for (const Shape& output : odd_shapes()) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      Declare d;
      object.as<Generator>().declare(d, {numel(output)}, output);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      const Tensor y =
          object.as<Generator>().forward(params, inputs(5, {numel(output)}, {1, 2, 3}, at::kFloat));
      CAPTURE(plugin->name());
      CHECK(y.sizes() == at::IntArrayRef(sizes(3, 5, output)));
      check_lanes(d, {numel(output)},
                  [&](const Params& p, const Tensor& x) { return object.as<Generator>().forward(p, x); });
    }
  }
}

TEST_CASE("every critic gives one score a sample, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::critic)) {
    for (const Shape& sample : odd_shapes()) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      Declare d;
      object.as<Critic>().declare(d, sample);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      CAPTURE(plugin->name());
      CHECK(object.as<Critic>().forward(params, inputs(5, sample, {1, 2, 3}, at::kFloat)).sizes() ==
            at::IntArrayRef({3, 5}));
      check_lanes(d, sample,
                  [&](const Params& p, const Tensor& x) { return object.as<Critic>().forward(p, x); });
    }
  }
}

TEST_CASE("every encoder gives as many numbers a sample as it's asked for, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::encoder)) {
    for (const Shape& sample : odd_shapes()) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      Declare d;
      object.as<Encoder>().declare(d, sample, 7);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      CAPTURE(plugin->name());
      CHECK(object.as<Encoder>().forward(params, inputs(5, sample, {1, 2, 3}, at::kFloat)).sizes() ==
            at::IntArrayRef({3, 5, 7}));
      check_lanes(d, sample,
                  [&](const Params& p, const Tensor& x) { return object.as<Encoder>().forward(p, x); });
    }
  }
}

TEST_CASE("every head's samples have the data's shape and lie within its range, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head)) {
    for (const Shape& sample : odd_shapes()) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      const auto& head = object.as<Head>();
      Declare d;
      object.as<Head>().declare(d, sample);
      const Shape raw = head.raw_shape(sample);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      Random random = Streams({1, 2, 3}, at::kFloat).at("head", 0);
      CAPTURE(plugin->name());
      for (const double scale : {1.0, 30.0, 1e6}) {
        const Tensor x = head.forward(params, inputs(50, raw, {1, 2, 3}, at::kFloat) * scale, random);
        CHECK(x.sizes() == at::IntArrayRef(sizes(3, 50, sample)));
        CHECK(head.range().contains({x.min().item<double>(), x.max().item<double>()}));
        CHECK(x.isfinite().all().item<bool>());
      }
      if (head.discrete()) continue;
      check_lanes(d, raw, [&](const Params& p, const Tensor& x) {
        std::vector<uint64_t> seeds(static_cast<size_t>(x.size(0)), 9);
        Random stream = Streams(seeds, at::kFloat).at("head", 0);
        return head.forward(p, x, stream);
      });
    }
  }
}

TEST_CASE("the perceptron is a chain of affine maps with an activation between them") {
  const std::vector<std::pair<const char*, std::function<Tensor(const Tensor&)>>> activations{
      {"relu", [](const Tensor& x) { return at::relu(x); }},
      {"leaky_relu", [](const Tensor& x) { return at::leaky_relu(x, 0.2); }},
      {"tanh", [](const Tensor& x) { return at::tanh(x); }},
      {"sigmoid", [](const Tensor& x) { return at::sigmoid(x); }},
      {"softplus", [](const Tensor& x) { return at::softplus(x); }},
      {"identity", [](const Tensor& x) { return x; }}};
  for (const auto& [name, activation] : activations) {
    PluginObject object = make(Kind::critic, "mlp", {{"widths", list<int>({4, 6})}, {"activation", name}}, 2);
    Declare d;
    object.as<Critic>().declare(d, {3});
    REQUIRE(d.params().size() == 6);
    const Params p = random_params(d, {1, 2});
    const Tensor x = inputs(5, {3}, {1, 2}, at::kDouble);
    Tensor h = x;
    for (size_t layer = 0; layer < 3; ++layer) {
      h = at::matmul(h, p.all()[2 * layer]) + p.all()[2 * layer + 1].unsqueeze(1);
      if (layer < 2) h = activation(h);
    }
    CAPTURE(name);
    CHECK(relative_error(object.as<Critic>().forward(p, x), h.squeeze(2), 1e-3) < 1e-12);
  }
}

TEST_CASE("an affine generator is location plus scale times latent, started at 0 and 1") {
  PluginObject object = make(Kind::generator, "affine", {}, 2);
  Declare d;
  object.as<Generator>().declare(d, {2}, {2});
  REQUIRE(d.params().size() == 2);
  CHECK(d.params()[0].name == "location");
  CHECK(d.params()[0].init.scale == 0);
  CHECK(d.params()[1].name == "scale");
  CHECK(d.params()[1].init.scale == 1);
  const Params p = random_params(d, {1, 2});
  const Tensor z = inputs(5, {2}, {1, 2}, at::kDouble);
  CHECK(
      same_bits(object.as<Generator>().forward(p, z), p.all()[0].unsqueeze(1) + p.all()[1].unsqueeze(1) * z));
}

TEST_CASE("an affine generator refuses a prior of another size") {
  PluginObject object = make(Kind::generator, "affine");
  Declare d;
  CHECK_THROWS_AS(object.as<Generator>().declare(d, {3}, {2}), ParamError);
  try {
    object.as<Generator>().declare(d, {3}, {2});
  } catch (const ParamError& error) {
    CHECK_THAT(error.what(), holds("one latent a dimension") && holds("3") && holds("2"));
  }
}
