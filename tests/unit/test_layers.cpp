// Layers of images and sequences, and normalisation: values, first and second derivatives beside PyTorch's in
// float64, and lanes that don't depend on each other in float32.
#include "lanes/elsewhere.hpp"

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

using Operands = std::vector<Tensor>;
using Layer = std::function<Tensor(const Operands&)>;

// Value, gradients of a curved loss of it, and gradients of a weighted sum of those.
Operands twice_differentiated(const Layer& layer, const Operands& at) {
  Operands leaves;
  for (const Tensor& x : at) leaves.push_back(x.detach().requires_grad_());
  const Tensor y = layer(leaves);
  const auto weights = [](const Tensor& like) {
    const Tensor steps = at::arange(like.numel() / like.size(0), like.options()).cos();
    return steps.view(like.sizes().slice(1)).unsqueeze(0);
  };
  const Tensor loss = (y.tanh() * weights(y)).sum();
  const auto first = torch::autograd::grad({loss}, leaves, {}, true, true);
  Tensor slope = at::zeros({}, y.options());
  for (const Tensor& g : first) slope = slope + (g * weights(g) + g * g).sum();
  const auto second = torch::autograd::grad({slope}, leaves, {}, true, false, true);
  Operands all{y};
  all.insert(all.end(), first.begin(), first.end());
  for (size_t i = 0; i < leaves.size(); ++i)
    all.push_back(second[i].defined() ? second[i] : at::zeros_like(leaves[i]));
  return all;
}

void check_alike(const Layer& ours, const Layer& theirs, const Operands& at, double tolerance = 1e-11) {
  const auto a = twice_differentiated(ours, at), b = twice_differentiated(theirs, at);
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    REQUIRE(a[i].sizes() == b[i].sizes());
    const double scale = b[i].abs().max().item<double>();
    CHECK((a[i] - b[i]).abs().max().item<double>() <= tolerance * (scale + 1e-3));
  }
}

// Lane 0 in PyTorch's layouts: images [batch, channel, height, width], weights [out, in, kernel…].
Tensor images_of(const Tensor& x) { return x.squeeze(0).permute({0, 3, 1, 2}); }
Tensor from_images(const Tensor& x) { return x.permute({0, 2, 3, 1}).unsqueeze(0); }
Tensor kernels_of(const Tensor& w, const Window& window) {
  return w.squeeze(0).view({window.kernel[0], window.kernel[1], -1, w.size(2)}).permute({3, 2, 0, 1});
}

std::vector<Window> windows() {
  std::vector<Window> all(5);
  all[1].kernel = {3, 2};
  all[2].kernel = {4, 4}, all[2].stride = {2, 2}, all[2].before = all[2].after = {1, 1};
  all[3].kernel = {3, 3}, all[3].stride = {1, 3}, all[3].dilation = {2, 1},
  all[3].before = all[3].after = {2, 1};
  all[4].kernel = {2, 5}, all[4].stride = {3, 2}, all[4].before = all[4].after = {0, 4};
  return all;
}

Tensor image(const Shape& shape, const char* name = "image") { return normals(name, shape, {3}); }

}  // namespace

TEST_CASE("a convolution and its derivatives are PyTorch's, whatever the window") {
  for (const Window& window : windows()) {
    const Tensor x = image({2, 7, 6, 3}), w = image({window.kernel[0] * window.kernel[1] * 3, 5}, "w") * 0.4;
    CAPTURE(window.kernel, window.stride, window.dilation);
    check_alike([&](const Operands& o) { return convolve(o[0], o[1], window); },
                [&](const Operands& o) {
                  return from_images(at::conv2d(images_of(o[0]), kernels_of(o[1], window), {}, window.stride,
                                                window.before, window.dilation));
                },
                {x, w});
  }
}

TEST_CASE("a circular convolution sees the other end beyond an edge") {
  Window window = Window::same({3, 4}, true);
  check_alike([&](const Operands& o) { return convolve(o[0], o[1], window); },
              [&](const Operands& o) {
                // An even kernel reaches further after than before: padded by 1 and 2.
                const Tensor x = images_of(o[0]);
                const Tensor wide = at::cat({x.narrow(3, 5, 1), x, x.narrow(3, 0, 2)}, 3);
                const Tensor padded = at::cat({wide.narrow(2, 6, 1), wide, wide.narrow(2, 0, 1)}, 2);
                return from_images(at::conv2d(padded, kernels_of(o[1], window)));
              },
              {image({2, 7, 6, 3}), image({36, 5}, "w") * 0.4});
}

TEST_CASE("a transposed convolution and its derivatives are PyTorch's, of every size that its window has") {
  for (const Window& window : windows())
    for (const Extent size : {Extent{7, 6}, Extent{8, 9}}) {
      const Extent places = window.places(size);
      const Tensor y = image({2, places[0], places[1], 3}, "y"),
                   w = image({window.kernel[0] * window.kernel[1] * 5, 3}, "w") * 0.4;
      std::vector<int64_t> beyond;
      for (size_t i = 0; i < 2; ++i)
        beyond.push_back(size[i] - ((places[i] - 1) * window.stride[i] - 2 * window.before[i] +
                                    window.dilation[i] * (window.kernel[i] - 1) + 1));
      // PyTorch has only sizes that differ by less than a stride or a dilation.
      bool has = true;
      for (size_t i = 0; i < 2; ++i) has = has && beyond[i] < std::max(window.stride[i], window.dilation[i]);
      REQUIRE(has);
      CAPTURE(window.kernel, window.stride, window.dilation, size);
      check_alike([&](const Operands& o) { return convolve_transposed(o[0], o[1], window, size); },
                  [&](const Operands& o) {
                    return from_images(at::conv_transpose2d(images_of(o[0]), kernels_of(o[1], window), {},
                                                            window.stride, window.before, beyond, 1,
                                                            window.dilation));
                  },
                  {y, w});
    }
}

TEST_CASE("a transposed convolution is the adjoint of the convolution by the same window") {
  auto all = windows();
  for (Window& window : all) window.circular = true;
  all.push_back(Window::same({4, 2}));
  all.push_back(Window::halving(5));
  for (const Window& window : all) {
    const Extent size{7, 6}, places = window.places(size);
    const Tensor x = image({2, 7, 6, 3}), y = image({2, places[0], places[1], 5}, "y"),
                 w = image({window.kernel[0] * window.kernel[1] * 3, 5}, "w");
    const double there = number((convolve(x, w, window) * y).sum()),
                 back = number((x * convolve_transposed(y, w, window, size)).sum());
    CHECK(there == Approx(back).epsilon(1e-12));
  }
}

TEST_CASE("a convolution of one row is PyTorch's of a sequence") {
  const Window window = Window::same({1, 5});
  check_alike([&](const Operands& o) { return convolve(o[0], o[1], window); },
              [&](const Operands& o) {
                const Tensor sequences = o[0].squeeze(0).squeeze(1).transpose(1, 2);
                const Tensor kernels = o[1].squeeze(0).view({5, 4, 3}).permute({2, 1, 0});
                return at::conv1d(sequences, kernels, {}, 1, 2).transpose(1, 2).unsqueeze(0).unsqueeze(2);
              },
              {image({3, 1, 11, 4}), image({20, 3}, "w") * 0.4});
}

TEST_CASE("a convolution of more places than are computed at a time is that of its parts") {
  const Window window = Window::same({5, 5});
  const Tensor x = image({3, 40, 31, 7}), w = image({175, 3}, "w") * 0.1;  // 3,720 rows of 175 numbers
  check_alike([&](const Operands& o) { return convolve(o[0], o[1], window); },
              [&](const Operands& o) {
                return from_images(at::conv2d(images_of(o[0]), kernels_of(o[1], window), {}, 1, 2));
              },
              {x, w});
}

TEST_CASE("windows have the places that they say, and refuse images that they don't fit into") {
  for (int64_t size = 1; size < 12; ++size)
    for (int64_t kernel = 1; kernel < 8; ++kernel) {
      CAPTURE(size, kernel);
      CHECK(Window::same({kernel, kernel}).places({size, size}) == Extent{size, size});
      const int64_t half = kernel % 2 == 0 ? size / 2 : (size + 1) / 2;
      CHECK(Window::halving(kernel).places({size, 1})[0] == half);
    }
  Window wide;
  wide.kernel = {3, 3};
  CHECK(wide.places({2, 5}) == Extent{0, 3});
  CHECK_THROWS_WITH(convolve(image({1, 2, 5, 1}), image({9, 1}), wide), holds("does not fit"));
  CHECK_THROWS_WITH(convolve(image({1, 3, 5, 2}), image({9, 1}), wide), holds("do not fit"));
  CHECK_THROWS_WITH(convolve_transposed(image({1, 2, 2, 1}), image({9, 1}), wide, {5, 4}),
                    holds("3 × 2 places"));
}

TEST_CASE("pixels become blocks, and blocks their means, as PyTorch's do") {
  const Tensor x = image({2, 4, 6, 3});
  check_alike(
      [](const Operands& o) {
        return average_pool(o[0], {2, 3});
      },
      [](const Operands& o) {
        return from_images(at::avg_pool2d(images_of(o[0]), {2, 3}));
      },
      {x});
  check_alike(
      [](const Operands& o) {
        return upsample_nearest(o[0], {3, 2});
      },
      [](const Operands& o) {
        return from_images(at::upsample_nearest2d(images_of(o[0]), {12, 12}));
      },
      {x});
  CHECK_THROWS_WITH(average_pool(x, {3, 1}), holds("blocks of 3 × 1"));
}

namespace {

struct Normalised {
  Normalised(nn::Norm norm, int64_t channels, Mode when = Mode::training) : mode(when) {
    layer.declare(declared, "norm", channels, {norm, 0.3, 1e-3});
  }
  Params params(const Operands& o, const std::vector<Tensor>& states = {}) const {
    return {{o[1], o[2]}, states, mode};
  }
  nn::Normalisation layer;
  Declare declared;
  Mode mode;
};

Tensor state(double start, int64_t channels) { return at::full({1, channels}, start, at::kDouble); }

}  // namespace

TEST_CASE("batch normalisation and its derivatives are PyTorch's, and so are its running statistics") {
  const Normalised ours(nn::Norm::batch, 3);
  REQUIRE(ours.declared.states().size() == 2);
  for (const Shape& shape : {Shape{5, 3}, Shape{5, 2, 4, 3}}) {
    const Tensor x = image(shape) * 2 + 1, scale = image({3}, "scale"), shift = image({3}, "shift");
    check_alike(
        [&](const Operands& o) {
          return ours.layer(ours.params(o, {state(0, 3), state(1, 3)}), o[0]);
        },
        [&](const Operands& o) {
          const Tensor rows = o[0].reshape({-1, 3});
          return at::batch_norm(rows, o[1].squeeze(0), o[2].squeeze(0), {}, {}, true, 0.3, 1e-3, false)
              .view(o[0].sizes());
        },
        {x, scale, shift});
    const Tensor mean = state(0.5, 3), variance = state(2, 3), their_mean = mean[0].clone(),
                 their_variance = variance[0].clone();
    ours.layer(ours.params({x, scale, shift}, {mean, variance}), x);
    at::batch_norm(x.reshape({-1, 3}), {}, {}, their_mean, their_variance, true, 0.3, 1e-3, false);
    CHECK(relative_error(mean[0], their_mean) < 1e-13);
    CHECK(relative_error(variance[0], their_variance) < 1e-13);
    // Not in training it takes them, and leaves them.
    const Normalised still(nn::Norm::batch, 3, Mode::evaluation);
    check_alike(
        [&](const Operands& o) {
          return still.layer(still.params(o, {mean, variance}), o[0]);
        },
        [&](const Operands& o) {
          return at::batch_norm(o[0].reshape({-1, 3}), o[1].squeeze(0), o[2].squeeze(0), their_mean,
                                their_variance, false, 0.3, 1e-3, false)
              .view(o[0].sizes());
        },
        {x, scale, shift});
    CHECK(relative_error(mean[0], their_mean) < 1e-13);
  }
}

TEST_CASE("batch normalisation of a single number a channel gives the shift, and no NaN as a variance") {
  const Normalised ours(nn::Norm::batch, 3);
  const Tensor x = image({1, 3}), scale = image({3}, "scale"), shift = image({3}, "shift"),
               mean = state(0, 3), variance = state(1, 3);
  CHECK(same_bits(ours.layer(ours.params({x, scale, shift}, {mean, variance}), x)[0], shift));
  CHECK(relative_error(variance, state(0.7, 3)) < 1e-15);
}

TEST_CASE("layer normalisation and its derivatives are PyTorch's over all numbers of a sample") {
  const Normalised ours(nn::Norm::layer, 3);
  CHECK(ours.declared.states().empty());
  for (const Shape& shape : {Shape{5, 3}, Shape{5, 2, 4, 3}})
    check_alike([&](const Operands& o) { return ours.layer(ours.params(o), o[0]); },
                [&](const Operands& o) {
                  const Tensor samples = o[0].reshape({5, -1});
                  const Tensor normal = at::layer_norm(samples, samples.size(1), {}, {}, 1e-3, false);
                  return normal.view(o[0].sizes()) * o[1].squeeze(0) + o[2].squeeze(0);
                },
                {image(shape) * 2 + 1, image({3}, "scale"), image({3}, "shift")});
}

TEST_CASE("what is not normalised passes through, and declares nothing") {
  const Normalised ours(nn::Norm::none, 3);
  CHECK(ours.declared.params().empty());
  const Tensor x = image({5, 3});
  CHECK(ours.layer(Params({}, {}, Mode::training), x).is_same(x));
}

TEST_CASE("no layer's bits depend on the lanes beside, nor do its first and second derivatives") {
  struct Case {
    const char* name;
    Layer layer;
    std::vector<Shape> shapes;
  };
  const Window halving = Window::halving(4), circular = Window::same({3, 3}, true);
  const Normalised batch(nn::Norm::batch, 7), layer(nn::Norm::layer, 7);
  const std::vector<Case> cases{
      {"convolve", [&](const Operands& o) { return convolve(o[0], o[1], halving); }, {{5, 9, 7, 3}, {48, 7}}},
      {"one channel",
       [&](const Operands& o) { return convolve(o[0], o[1], circular); },
       {{13, 5, 3, 1}, {9, 1}}},
      {"convolve_transposed",
       [&](const Operands& o) {
         return convolve_transposed(o[0], o[1], halving, {9, 7});
       },
       {{5, 4, 3, 7}, {48, 7}}},
      {"many rows",
       [&](const Operands& o) { return convolve(o[0], o[1], circular); },
       {{13, 9, 11, 5}, {45, 3}}},
      {"average_pool",
       [](const Operands& o) {
         return average_pool(o[0], {3, 1});
       },
       {{5, 9, 7, 3}}},
      {"upsample",
       [](const Operands& o) {
         return upsample_nearest(o[0], {2, 3});
       },
       {{5, 3, 7, 3}}},
      {"batch",
       [&](const Operands& o) {
         const auto states = at::zeros({2, o[0].size(0), 7}, o[0].options().requires_grad(false)).unbind(0);
         return batch.layer(batch.params(o, states), o[0]);
       },
       {{13, 3, 7}, {7}, {7}}},
      {"layer",
       [&](const Operands& o) { return layer.layer(layer.params(o), o[0]); },
       {{13, 3, 7}, {7}, {7}}}};
  std::vector<uint64_t> seeds{1, 2, 3, 4, 5};
  for (const Case& one : cases) {
    Operands many;
    for (const Shape& shape : one.shapes)
      many.push_back(normals(std::to_string(many.size()), shape, seeds, at::kFloat) * 0.3);
    const auto together = twice_differentiated(one.layer, many);
    for (int64_t lane = 0; lane < 5; ++lane) {
      Operands alone;
      for (const Tensor& x : many) alone.push_back(lane_of(x, lane));
      const auto results = twice_differentiated(one.layer, alone);
      for (size_t i = 0; i < results.size(); ++i) {
        CAPTURE(one.name, lane, i);
        CHECK(same_bits(results[i], lane_of(together[i], lane)));
      }
    }
  }
}

TEST_CASE("off the CPU convolutions are the same") {
  auto all = windows();
  all.push_back(Window::same({4, 3}, true));
  for (const Window& window : all) {
    const Tensor x = image({2, 7, 6, 3}), w = image({window.kernel[0] * window.kernel[1] * 3, 5}, "w") * 0.4;
    const Sliding sliding(window, {7, 6}, 3);
    check_alike([&](const Operands& o) { return convolve(o[0], o[1], window); },
                [&](const Operands& o) { return elsewhere::convolve(o[0], o[1], sliding); }, {x, w});
    check_alike(
        [&](const Operands& o) {
          return convolve_transposed(o[0], o[1], window, {7, 6});
        },
        [&](const Operands& o) { return elsewhere::convolve_transposed(o[0], o[1], sliding); },
        {convolve(x, w, window), w});
  }
}
