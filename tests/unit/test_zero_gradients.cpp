// Gradients that are zero for any numbers, as that of a relu's slope: no layer computes with them.
#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

struct Layer {
  const char* name;
  std::function<Tensor(const Tensor&)> of;  ///< x [lane, batch, column]
};

Tensor constant(const Shape& shape, const char* name) { return normals(name, shape, {3}); }

Tensor as_images(const Tensor& x) { return x.unsqueeze(2).unsqueeze(2); }

std::vector<Layer> layers() {
  Window window;
  window.kernel = {1, 1};
  return {
      {"dense",
       [](const Tensor& x) {
         return dense(x, constant({4, 5}, "w"), constant({5}, "b"));
       }},
      {"dense with softplus",
       [](const Tensor& x) {
         return dense(x, constant({4, 5}, "w"), constant({5}, "b"), Activation::softplus);
       }},
      {"matmul",
       [](const Tensor& x) {
         return saddle::matmul(x, constant({4, 5}, "w"));
       }},
      {"activate", [](const Tensor& x) { return activate(x, Activation::tanh); }},
      {"softplus", [](const Tensor& x) { return saddle::softplus(x); }},
      {"sigmoid", [](const Tensor& x) { return saddle::sigmoid(x); }},
      {"expm1", [](const Tensor& x) { return saddle::expm1(x); }},
      {"sum_of_exp", [](const Tensor& x) { return sum_of_exp(x, constant({2}, "rates")); }},
      {"sample_sum", [](const Tensor& x) { return sample_sum(x).unsqueeze(2); }},
      {"sample_norm", [](const Tensor& x) { return sample_norm(x).unsqueeze(2); }},
      {"column_sum", [](const Tensor& x) { return column_sum(x).unsqueeze(1); }},
      {"add_to_rows", [](const Tensor& x) { return add_to_rows(x, constant({4}, "v")); }},
      {"multiply_rows", [](const Tensor& x) { return multiply_rows(x, constant({4}, "v")); }},
      {"normalisation",
       [](const Tensor& x) {
         nn::Normalisation layer;
         Declare declared;
         layer.declare(declared, "norm", 4, {nn::Norm::layer, 0.1, 1e-5});
         return layer({{constant({4}, "scale"), constant({4}, "shift")}, {}, Mode::training}, x);
       }},
      {"convolve",
       [window](const Tensor& x) {
         return convolve(as_images(x), constant({4, 5}, "w"), window).flatten(2);
       }},
      {"upsample_nearest",
       [](const Tensor& x) {
         return upsample_nearest(as_images(x), {2, 1}).flatten(2);
       }},
      {"average_pool",
       [](const Tensor& x) {
         return average_pool(x.unsqueeze(2).unsqueeze(4), {1, 2}).flatten(2);
       }},
  };
}

/// The slope of a network of relu behind `layer`, at what the layer gives: flat in x, but not in the weights.
Tensor slope_behind(const Layer& layer, const Tensor& x, const Tensor& w) {
  const Tensor h = layer.of(x);
  const Tensor wide = w.narrow(1, 0, h.size(2));
  const Tensor y = dense(h, wide, at::zeros({w.size(0), w.size(2)}, w.options()), Activation::relu);
  return torch::autograd::grad({y}, {h}, {at::ones_like(y)}, true, true)[0];
}

}  // namespace

TEST_CASE("a gradient that is zero for any numbers is none behind every layer on its way back") {
  for (const Layer& layer : layers()) {
    INFO(layer.name);
    const Tensor x = constant({7, 4}, "x").requires_grad_(), w = constant({8, 6}, "v").requires_grad_();
    const Tensor slope = slope_behind(layer, x, w);
    REQUIRE(slope.requires_grad());
    const auto second = torch::autograd::grad({(slope * slope).sum()}, {x, w}, {}, false, false, true);
    CHECK(!second[0].defined());
    REQUIRE(second[1].defined());
    CHECK(second[1].abs().max().item<double>() > 0);
  }
}

TEST_CASE("who asks for such a gradient gets zeros") {
  for (const Layer& layer : layers()) {
    INFO(layer.name);
    const Tensor x = constant({7, 4}, "x").requires_grad_(), w = constant({8, 6}, "v").requires_grad_();
    const Tensor slope = sample_sum(slope_behind(layer, x, w));
    CHECK(at::equal(input_gradient(slope, x), at::zeros_like(x)));
    CHECK(at::equal(derivative(slope.sum(), {x})[0], at::zeros_like(x)));
  }
}
