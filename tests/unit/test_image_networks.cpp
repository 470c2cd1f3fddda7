// The networks of convolutions, beside PyTorch's operators put together as their papers say, and the
// perceptron with normalisation.
#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

/// A network's parameters by name, of one lane.
class Named {
 public:
  Named(const Declare& declared, const Params& params) {
    for (size_t i = 0; i < declared.params().size(); ++i)
      named_[declared.params()[i].name] = params.all()[i].squeeze(0);
  }
  Tensor operator[](const std::string& name) const { return named_.at(name); }
  size_t count() const { return named_.size(); }
  /// A convolution's weight in PyTorch's order, [out, in, kernel…]; of a transposed one [in, out, kernel…].
  Tensor kernels(const std::string& name, std::vector<int64_t> kernel) const {
    const Tensor weight = named_.at(name + ".weight");
    kernel.push_back(-1), kernel.push_back(weight.size(1));
    const auto axes = static_cast<int64_t>(kernel.size());
    std::vector<int64_t> order{axes - 1, axes - 2};
    for (int64_t i = 0; i + 2 < axes; ++i) order.push_back(i);
    return weight.view(kernel).permute(order);
  }

 private:
  std::map<std::string, Tensor> named_;
};

Tensor batch_norm(const Tensor& x, const Named& p, const std::string& name) {
  return at::batch_norm(x, p[name + ".scale"], p[name + ".shift"], {}, {}, true, 0.1, 1e-5, false);
}

Tensor linear(const Tensor& x, const Named& p, const std::string& name) {
  return at::matmul(x, p[name + ".weight"]) + p[name + ".bias"];
}

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
  const Named p(d, params);
  CHECK(p.count() == 1 + 2 * 2 + 2 + 1);  // no bias before a batch normalisation
  const Tensor z = normals("z", {7, 5});
  Tensor h = at::matmul(z[0], p["first.weight"]).view({7, 2, 3, 6}).permute({0, 3, 1, 2});
  h = at::relu(batch_norm(h, p, "layer.0.norm"));
  h = at::conv_transpose2d(h, p.kernels("layer.0", {4, 4}), {}, 2, 1);
  h = at::relu(batch_norm(h, p, "layer.1.norm"));
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
  const Named p(d, params);
  const Tensor x = normals("x", {7, 9, 12});
  Tensor h = at::conv2d(x[0].unsqueeze(1), p.kernels("layer.0", {5, 5}), p["layer.0.bias"], 2, 2);
  h = at::conv2d(at::leaky_relu(h, 0.2), p.kernels("layer.1", {5, 5}), {}, 2, 2);
  h = at::leaky_relu(batch_norm(h, p, "layer.1.norm"), 0.2);
  const Tensor score = linear(h.permute({0, 2, 3, 1}).flatten(1), p, "last").squeeze(1);
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
  const auto blocks = [](Tensor h, const Named& p) {  // [batch, channel, position]
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
  const Named p(of_maker, made), q(of_judge, judged);
  const Tensor z = normals("z", {7, 5});
  Tensor h = blocks(linear(z[0], p, "first").view({7, 9, 6}).transpose(1, 2), p);
  const Tensor sequences = linear(h.transpose(1, 2), p, "last");
  const Tensor y = maker.as<Generator>().forward(made, z);
  CHECK(relative_error(y[0], sequences, 1e-3) < 1e-10);
  h = blocks(linear(sequences, q, "first").transpose(1, 2), q);
  const Tensor score = linear(h.transpose(1, 2).flatten(1), q, "last").squeeze(1);
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
  const Named p(of_maker, made), q(of_judge, judged);
  const Tensor z = normals("z", {7, 5});
  Tensor h = linear(z[0], p, "first").view({7, 5, 3}).transpose(1, 2).repeat_interleave(2, 2);
  for (const char* block : {"block.0.0", "block.1.0"})
    h = at::relu(batch_norm(at::conv1d(h, p.kernels(block, {5}), {}, 1, 2), p, std::string(block) + ".norm"));
  const Tensor sequences = linear(h.transpose(1, 2), p, "last").squeeze(2);
  const Tensor y = maker.as<Generator>().forward(made, z);
  CHECK(relative_error(y[0], sequences, 1e-3) < 1e-10);
  h = linear(sequences.unsqueeze(2), q, "first").transpose(1, 2);
  for (const char* block : {"block.0.0", "block.1.0"}) {
    const Tensor around = at::cat({h.narrow(2, 9, 1), h, h.narrow(2, 0, 1)}, 2);
    h = at::relu(at::conv1d(around, q.kernels(block, {3}), q[std::string(block) + ".bias"]));
  }
  h = at::avg_pool1d(h, 2);
  const Tensor score = linear(h.transpose(1, 2).flatten(1), q, "last").squeeze(1);
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
    const Named p(d, params);
    CHECK(p.count() == (norm == "batch" ? 2 * 3 + 2 : 2 * 4 + 2));
    CHECK(object.as<Critic>().works_on_batch() == (norm == "batch"));
    const Tensor x = normals("x", {7, 3});
    Tensor h = x[0];
    for (const std::string layer : {"mlp.0", "mlp.1"}) {
      h = at::matmul(h, p[layer + ".weight"]);
      if (norm == "layer") h = h + p[layer + ".bias"];
      const Tensor scale = p[layer + ".norm.scale"], shift = p[layer + ".norm.shift"];
      h = norm == "batch" ? at::batch_norm(h, scale, shift, {}, {}, true, 0.1, 1e-3, false)
                          : at::layer_norm(h, h.size(1), scale, shift, 1e-3, false);
      h = h.tanh();
    }
    CHECK(relative_error(object.as<Critic>().forward(params, x)[0], linear(h, p, "mlp.2").squeeze(1), 1e-3) <
          1e-10);
  }
}
