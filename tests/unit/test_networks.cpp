// Generators, critics, encoders and heads: every registered one keeps shapes, ranges and lanes; the affine
// generator and the perceptron are held against formulas.
#include <cmath>
#include <cstring>
#include <numbers>

#include "generator_fixture.hpp"

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
        const auto states = static_cast<int>(declared.states().size());
        const auto one = results(lane_of(params, lane, states), lane_of(x, lane).requires_grad_());
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

// A network of samples of those shapes that it has a meaning for: vectors are no images.
template <class Try>
void for_odd_shapes(const RegisteredPlugin& plugin, Try&& attempt) {
  int meant = 0;
  auto shapes = odd_shapes();
  shapes.push_back({3, 7, 5});
  for (const Shape& shape : shapes) {
    try {
      attempt(shape);
      ++meant;
    } catch (const ParamError&) {
    }
  }
  CAPTURE(plugin.name());
  CHECK(meant > 0);
}

}  // namespace

TEST_CASE("every generator makes outputs of the shape that it's asked for, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::generator)) {
    for_odd_shapes(*plugin, [&](const Shape& output) {
      PluginObject object = make(*plugin, {}, 1, at::kFloat);  // one value of each parameter for all lanes
      Declare d;
      object.as<Generator>().declare(d, {numel(output)}, output);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      const Tensor y = output_of(object, params, inputs(5, {numel(output)}, {1, 2, 3}, at::kFloat));
      CAPTURE(plugin->name());
      CHECK(y.sizes() == at::IntArrayRef(sizes(3, 5, output)));
      check_lanes(d, {numel(output)},
                  [&](const Params& p, const Tensor& x) { return output_of(object, p, x); });
    });
  }
}

TEST_CASE("every critic gives one score a sample, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::critic)) {
    for_odd_shapes(*plugin, [&](const Shape& sample) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      Declare d;
      object.as<Critic>().declare(d, sample);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      CAPTURE(plugin->name());
      CHECK(object.as<Critic>().forward(params, inputs(5, sample, {1, 2, 3}, at::kFloat)).sizes() ==
            at::IntArrayRef({3, 5}));
      check_lanes(d, sample,
                  [&](const Params& p, const Tensor& x) { return object.as<Critic>().forward(p, x); });
    });
  }
}

TEST_CASE("the perceptron's lanes stay apart with whatever it sees beside a sample") {
  for (const Settings& settings :
       {Settings{{"minibatch", "discrimination"}, {"kernels", 5}, {"kernel_dims", 3}},
        Settings{{"minibatch", "std"}}, Settings{{"minibatch", "std"}, {"group", 0}},
        Settings{{"statistics", "both"}}}) {
    Settings with_widths = settings;
    with_widths.insert({"widths", list<int>({7, 5})});
    PluginObject object = make(Kind::critic, "mlp", with_widths, 1, at::kFloat);
    Declare d;
    object.as<Critic>().declare(d, {3});
    check_lanes(d, {3}, [&](const Params& p, const Tensor& x) { return object.as<Critic>().forward(p, x); });
  }
}

TEST_CASE("every encoder gives as many numbers a sample as it's asked for, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::encoder)) {
    for_odd_shapes(*plugin, [&](const Shape& sample) {
      PluginObject object = make(*plugin, {}, 3, at::kFloat);
      Declare d;
      object.as<Encoder>().declare(d, sample, 7);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      CAPTURE(plugin->name());
      CHECK(object.as<Encoder>().forward(params, inputs(5, sample, {1, 2, 3}, at::kFloat)).sizes() ==
            at::IntArrayRef({3, 5, 7}));
      check_lanes(d, sample,
                  [&](const Params& p, const Tensor& x) { return object.as<Encoder>().forward(p, x); });
    });
  }
}

TEST_CASE("every head's samples have the data's shape and lie within its range, lane by lane") {
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::head)) {
    for (const Shape& sample : odd_shapes()) {
      PluginObject object = make(*plugin, {}, 1, at::kFloat);  // one value of each parameter for all lanes
      const auto& head = object.as<Head>();
      Declare d;
      look_at_data(object, sample);
      object.as<Head>().declare(d, sample);
      const Shape raw = head.raw_shape(sample);
      const Params params = random_params(d, {1, 2, 3}, at::kFloat);
      Random random = Streams({1, 2, 3}, at::kFloat).at("head", 0);
      CAPTURE(plugin->name());
      for (const double scale : {1.0, 30.0, 1e6}) {
        const Tensor x = head.forward(params, inputs(50, raw, {1, 2, 3}, at::kFloat) * scale, random);
        CHECK(x.sizes() == at::IntArrayRef(sizes(3, 50, sample)));
        const double least = x.min().item<double>(), largest = x.max().item<double>();
        CHECK(head.range().contains({least, largest}));
        if (scale == 30) {  // and come near its ends: a wider range would admit data that it never reaches
          CHECK((std::isinf(head.range().low) || least < head.range().low + 0.01));
          CHECK((std::isinf(head.range().high) || largest > head.range().high - 0.01));
        }
        CHECK(x.isfinite().all().item<bool>());
      }
      // check_lanes looks at slopes: not of samples that have none.
      const Tensor one = inputs(1, raw, {1, 2, 3}, at::kFloat).requires_grad_();
      if (!head.forward(params, one, random).requires_grad()) continue;
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

TEST_CASE("a generator's density is that of its outputs for standard normal latents") {
  // Midpoints of a grid that holds the tails to 1e-16; the sums of smooth functions are exact to rounding.
  const double step = 1.0 / 64;
  const Tensor grid = (at::arange(-1024, 1024, at::kDouble) + 0.5) * step;  // −16 … 16
  int found = 0;
  for (const RegisteredPlugin* plugin : built_plugins().of(Kind::generator)) {
    PluginObject object = make(*plugin);
    const auto& generator = object.as<Generator>();
    if (!generator.has_density()) continue;
    ++found;
    CAPTURE(plugin->name());
    Declare d;
    object.as<Generator>().declare(d, {1}, {1});
    const Params p = random_params(d, {3, 4});  // their scales: 0.25 and −0.30, wide enough for the grid
    const Tensor z = grid.view({1, -1, 1}).expand({2, -1, 1});
    const Tensor mass = (-z.square() / 2).exp().squeeze(2) * (step / std::sqrt(2 * std::numbers::pi));
    const Tensor outputs = generator.forward(p, z).detach().squeeze(2);
    const Tensor fine = grid / 4, x = fine.view({1, -1, 1}).expand({2, -1, 1});
    const Tensor density = generator.log_density(p, x).detach().exp() * (step / 4);
    for (const auto& function : std::vector<std::function<Tensor(const Tensor&)>>{
             [](const Tensor& t) { return at::ones_like(t); }, [](const Tensor& t) { return t; },
             [](const Tensor& t) { return t.square(); }, [](const Tensor& t) { return (3 * t + 1).cos(); }})
      CHECK(relative_error((density * function(fine)).sum(1), (mass * function(outputs)).sum(1)) < 1e-9);
  }
  CHECK(found > 0);
}

TEST_CASE("an affine generator's density is a product over its dimensions") {
  PluginObject object = make(Kind::generator, "affine", {}, 2);
  Declare d;
  object.as<Generator>().declare(d, {6}, {2, 3});
  const Params p = random_params(d, {1, 2});
  const Tensor z = inputs(5, {6}, {1, 2}, at::kDouble);
  const Tensor x = object.as<Generator>().forward(p, z);
  const Tensor expected = -(z.square().sum(2) + 6 * std::log(2 * std::numbers::pi)) / 2 -
                          p.all()[1].abs().log().sum({1, 2}).unsqueeze(1);
  CHECK(relative_error(object.as<Generator>().log_density(p, x), expected) < 1e-12);
}

TEST_CASE("a point generator's outputs are its location, which starts where it was told") {
  PluginObject object = make(Kind::generator, "point", {{"start", list<double>({1.5})}}, 2);
  Declare d;
  object.as<Generator>().declare(d, {3}, {2, 2});
  REQUIRE(d.params().size() == 1);
  CHECK(d.params()[0].init.scale == 1.5);
  const Params p = random_params(d, {1, 2});
  const Tensor z = inputs(5, {3}, {1, 2}, at::kDouble);
  const Tensor y = object.as<Generator>().forward(p, z);
  CHECK(same_bits(y, p.all()[0].unsqueeze(1).expand({2, 5, 2, 2})));
  CHECK(relative_error(gradients(y.sum(), p.all())[0], at::full({2, 2, 2}, 5.0, at::kDouble)) < 1e-15);

  PluginObject apart = make(Kind::generator, "point", {{"start", list<double>({1, -2, 3})}});
  Declare own;
  apart.as<Generator>().declare(own, {1}, {3});
  REQUIRE(own.params().size() == 3);
  std::vector<double> starts;
  for (const Slot& slot : own.params()) starts.push_back(slot.init.scale);
  CHECK(starts == std::vector<double>{1, -2, 3});
  const Params q = random_params(own);
  CHECK(same_bits(apart.as<Generator>().forward(q, inputs(2, {1}, {0}, at::kDouble))[0][1],
                  at::cat(q.all(), 1)[0]));
  Declare other;
  CHECK_THROWS_AS(apart.as<Generator>().declare(other, {1}, {2}), ParamError);
}

TEST_CASE("a linear critic is w·x + b, and starts where it was told") {
  for (const bool bias : {true, false}) {
    PluginObject object = make(Kind::critic, "linear", {{"bias", bias}, {"start", 0.75}}, 2);
    Declare d;
    object.as<Critic>().declare(d, {2, 2});
    REQUIRE(d.params().size() == (bias ? 2 : 1));
    CHECK(d.params()[0].init.scale == 0.75);
    const Params p = random_params(d, {1, 2});
    const Tensor x = inputs(5, {2, 2}, {1, 2}, at::kDouble);
    Tensor expected = at::matmul(x.flatten(2), p.all()[0]).squeeze(2);
    if (bias) expected = expected + p.all()[1];
    CHECK(relative_error(object.as<Critic>().forward(p, x), expected) < 1e-12);
  }
}
