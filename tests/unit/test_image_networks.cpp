// The networks of convolutions, beside PyTorch's operators put together as their papers say, and the
// perceptron with normalisation.
#include "named_params.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

std::string refusal(PluginObject object, const Shape& shape) {
  Declare d;
  try {
    if (object.plugin().kind() == Kind::generator)
      object.as<Generator>().declare(d, {4}, shape);
    else
      object.as<Critic>().declare(d, shape);
  } catch (const ParamError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("dcgan's generator is Radford's: transposed convolutions, normalised over the batch, then ReLU") {
  PluginObject object = from_yaml(Kind::generator, "dcgan", "{widths: [6, 4]}");
  Declare d;
  object.as<Generator>().declare(d, {5}, {3, 8, 12});
  const Params params = random_params(d);
  const NamedParams p(d, params.all());
  CHECK(p.count() == 1 + 2 * 2 + 2 + 1);  // no bias before a batch normalisation
  const Tensor z = normals("z", {7, 5});
  Tensor h = at::matmul(z[0], p["first.weight"]).view({7, 2, 3, 6}).permute({0, 3, 1, 2});
  h = at::relu(p.batch_norm(h, "layer.0.norm"));
  h = at::conv_transpose2d(h, p.kernels("layer.0", {4, 4}), {}, 2, 1);
  h = at::relu(p.batch_norm(h, "layer.1.norm"));
  h = at::conv_transpose2d(h, p.kernels("layer.1", {4, 4}), p["layer.1.bias"], 2, 1);
  const Tensor y = object.as<Generator>().forward(params, z);
  CHECK(y.sizes() == at::IntArrayRef({1, 7, 3, 8, 12}));
  CHECK(relative_error(y[0], h, 1e-3) < 1e-10);
}

TEST_CASE(
    "dcgan's critic is Radford's: strided convolutions, leaky ReLU, no normalisation before the first") {
  PluginObject object = from_yaml(Kind::critic, "dcgan", "{widths: [4, 6], kernel: 5}");
  Declare d;
  object.as<Critic>().declare(d, {9, 12});
  const Params params = random_params(d);
  const NamedParams p(d, params.all());
  const Tensor x = normals("x", {7, 9, 12});
  Tensor h = at::conv2d(x[0].unsqueeze(1), p.kernels("layer.0", {5, 5}), p["layer.0.bias"], 2, 2);
  h = at::conv2d(at::leaky_relu(h, 0.2), p.kernels("layer.1", {5, 5}), {}, 2, 2);
  h = at::leaky_relu(p.batch_norm(h, "layer.1.norm"), 0.2);
  const Tensor score = p.linear(h.permute({0, 2, 3, 1}).flatten(1), "last").squeeze(1);
  CHECK(relative_error(object.as<Critic>().forward(params, x)[0], score, 1e-3) < 1e-10);
  CHECK(object.as<Critic>().works_on_batch());
  for (const char* other : {"{norm: none}", "{norm: layer}", "{widths: [4]}"})
    CHECK_FALSE([&] {
      PluginObject one = from_yaml(Kind::critic, "dcgan", other);
      return one.as<Critic>().works_on_batch();
    }());
}

TEST_CASE("conv1d's networks are Killoran's: blocks x + 0.3·conv(relu(conv(relu(x)))) of kernel 5") {
  PluginObject maker = from_yaml(Kind::generator, "conv1d", "{channels: 6, blocks: 2}"),
               judge = from_yaml(Kind::critic, "conv1d", "{channels: 6, blocks: 2}");
  Declare of_maker, of_judge;
  maker.as<Generator>().declare(of_maker, {5}, {9, 4});
  judge.as<Critic>().declare(of_judge, {9, 4});
  const Params made = random_params(of_maker, {1}, at::kDouble, 0.2),
               judged = random_params(of_judge, {2}, at::kDouble, 0.2);
  const auto blocks = [](Tensor h, const NamedParams& p) {  // [batch, channel, position]
    for (const char* block : {"block.0.", "block.1."}) {
      Tensor f = h;
      for (const char* part : {"0", "1"}) {
        const std::string name = std::string(block) + part;
        f = at::conv1d(at::relu(f), p.kernels(name, {5}), p[name + ".bias"], 1, 2);
      }
      h = h + 0.3 * f;
    }
    return h;
  };
  const NamedParams p(of_maker, made.all()), q(of_judge, judged.all());
  const Tensor z = normals("z", {7, 5});
  Tensor h = blocks(p.linear(z[0], "first").view({7, 9, 6}).transpose(1, 2), p);
  const Tensor sequences = p.linear(h.transpose(1, 2), "last");
  const Tensor y = maker.as<Generator>().forward(made, z);
  CHECK(relative_error(y[0], sequences, 1e-3) < 1e-10);
  h = blocks(q.linear(sequences, "first").transpose(1, 2), q);
  const Tensor score = q.linear(h.transpose(1, 2).flatten(1), "last").squeeze(1);
  CHECK(relative_error(judge.as<Critic>().forward(judged, y)[0], score, 1e-3) < 1e-10);
}

TEST_CASE("conv1d doubles and halves a length, and without residuals is convolution, norm, activation") {
  PluginObject maker = from_yaml(Kind::generator, "conv1d",
                                 "{channels: 3, blocks: 2, doublings: 1, residual: false, norm: batch}"),
               judge = from_yaml(
                   Kind::critic, "conv1d",
                   "{channels: 3, blocks: 2, halvings: 1, residual: false, padding: circular, kernel: 3}");
  Declare of_maker, of_judge;
  maker.as<Generator>().declare(of_maker, {5}, {10});
  judge.as<Critic>().declare(of_judge, {10});
  const Params made = random_params(of_maker, {1}), judged = random_params(of_judge, {2});
  const NamedParams p(of_maker, made.all()), q(of_judge, judged.all());
  const Tensor z = normals("z", {7, 5});
  Tensor h = p.linear(z[0], "first").view({7, 5, 3}).transpose(1, 2).repeat_interleave(2, 2);
  for (const char* block : {"block.0.0", "block.1.0"})
    h = at::relu(p.batch_norm(at::conv1d(h, p.kernels(block, {5}), {}, 1, 2), std::string(block) + ".norm"));
  const Tensor sequences = p.linear(h.transpose(1, 2), "last").squeeze(2);
  const Tensor y = maker.as<Generator>().forward(made, z);
  CHECK(relative_error(y[0], sequences, 1e-3) < 1e-10);
  h = q.linear(sequences.unsqueeze(2), "first").transpose(1, 2);
  for (const char* block : {"block.0.0", "block.1.0"}) {
    const Tensor around = at::cat({h.narrow(2, 9, 1), h, h.narrow(2, 0, 1)}, 2);
    h = at::relu(at::conv1d(around, q.kernels(block, {3}), q[std::string(block) + ".bias"]));
  }
  h = at::avg_pool1d(h, 2);
  const Tensor score = q.linear(h.transpose(1, 2).flatten(1), "last").squeeze(1);
  CHECK(relative_error(judge.as<Critic>().forward(judged, y)[0], score, 1e-3) < 1e-10);
}

TEST_CASE("dcgan makes images of every size that can be halved so often, and no others") {
  const auto image_network = [](Kind kind, int64_t kernel) {
    return from_yaml(kind, "dcgan", "{widths: [2, 2], kernel: " + std::to_string(kernel) + "}");
  };
  for (const Kind kind : {Kind::generator, Kind::critic})
    for (const int64_t kernel : {2, 3, 4, 5})
      for (int64_t height = 1; height <= 9; ++height) {
        const std::string why = refusal(image_network(kind, kernel), {height, 7});
        CAPTURE(kind_name(kind), kernel, height);
        // An even kernel halves 3 to 1 to nothing; to an odd one 1 stays 1.
        const bool fits = kernel % 2 == 1 || height >= 4;
        CHECK(why.empty() == fits);
        if (!fits)
          CHECK_THAT(why, holds("can be halved only " + std::string(height < 2 ? "0 times" : "1 time")));
        if (!fits || kind == Kind::critic) continue;
        PluginObject object = image_network(kind, kernel);
        Declare d;
        object.as<Generator>().declare(d, {4}, {height, 7});
        CHECK(object.as<Generator>().forward(random_params(d), normals("z", {3, 4})).sizes() ==
              at::IntArrayRef({1, 3, height, 7}));
      }
  CHECK_THAT(refusal(from_yaml(Kind::generator, "dcgan"), {5}), holds("has 1 axis"));
  CHECK_THAT(refusal(from_yaml(Kind::critic, "dcgan"), {2, 3, 4, 5}), holds("have 4 axes"));
  CHECK_THAT(refusal(from_yaml(Kind::critic, "dcgan", "{widths: []}"), {8, 8}), holds("at least once"));
  CHECK_THAT(refusal(from_yaml(Kind::generator, "conv1d"), {3, 8, 8}), holds("has 3 axes"));
  CHECK_THAT(refusal(from_yaml(Kind::generator, "conv1d", "{doublings: 2}"), {10, 4}),
             holds("at most 1 fits"));
  CHECK_THAT(refusal(from_yaml(Kind::critic, "conv1d", "{halvings: 2, blocks: 1}"), {8, 4}),
             holds("`blocks` is 1"));
}

TEST_CASE(
    "a perceptron normalises before each hidden activation, and declares no bias that would be removed") {
  for (const std::string norm : {"batch", "layer"}) {
    PluginObject object = from_yaml(
        Kind::critic, "mlp", "{widths: [6, 5], activation: tanh, norm: " + norm + ", norm_epsilon: 1e-3}");
    Declare d;
    object.as<Critic>().declare(d, {3});
    const Params params = random_params(d);
    const NamedParams p(d, params.all());
    CHECK(p.count() == (norm == "batch" ? 2 * 3 + 2 : 2 * 4 + 2));
    CHECK(object.as<Critic>().works_on_batch() == (norm == "batch"));
    const Tensor x = normals("x", {7, 3});
    Tensor h = x[0];
    for (const std::string layer : {"mlp.0", "mlp.1"}) {
      h = p.linear(h, layer);
      h = norm == "batch" ? p.batch_norm(h, layer + ".norm", 1e-3) : p.layer_norm(h, layer + ".norm", 1e-3);
      h = h.tanh();
    }
    CHECK(relative_error(object.as<Critic>().forward(params, x)[0], p.linear(h, "mlp.2").squeeze(1), 1e-3) <
          1e-10);
  }
}
