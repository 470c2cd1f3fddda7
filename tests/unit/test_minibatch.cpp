// What critics see beside a sample, by hand: closeness within the batch, standard deviations of groups,
// statistics of counts.
#include <cmath>

#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

TEST_CASE("minibatch discrimination is the sum of e to minus the distances, by kernel") {
  nn::MinibatchDiscrimination layer;
  Declare d;
  layer.declare(d, "minibatch", 1, 1, 1);
  const Params two({at::full({1, 1, 1}, 2.0, at::kDouble)}, {}, Mode::training);
  const Tensor pair = layer(two, at::tensor({0.25, 1.0}, at::kDouble).view({1, 2, 1}));
  CHECK(number(pair[0][0][0]) == Approx(1 + std::exp(-1.5)).epsilon(1e-14));
  CHECK(number(pair[0][1][0]) == Approx(1 + std::exp(-1.5)).epsilon(1e-14));

  Declare of_three;
  layer.declare(of_three, "minibatch", 4, 3, 2);
  const Params p = random_params(of_three, {1, 2});
  const Tensor x = normals("x", {5, 4}, {1, 2}), got = layer(p, x);
  CHECK(got.sizes() == at::IntArrayRef({2, 5, 3}));
  const Tensor rows = at::matmul(x, p.all()[0]).view({2, 5, 3, 2});
  for (int64_t lane = 0; lane < 2; ++lane)
    for (int64_t i = 0; i < 5; ++i)
      for (int64_t kernel = 0; kernel < 3; ++kernel) {
        double sum = 0;
        for (int64_t j = 0; j < 5; ++j)
          sum += std::exp(-number((rows[lane][i][kernel] - rows[lane][j][kernel]).abs().sum()));
        CHECK(number(got[lane][i][kernel]) == Approx(sum).epsilon(1e-13));
      }
}

TEST_CASE("minibatch standard deviation is the mean over features of each group's") {
  // Samples 0 and 2 are a group, 1 and 3 the other.
  const Tensor x = at::tensor({1.0, 10.0, 0.0, 4.0, 3.0, 10.0, 6.0, 4.0}, at::kDouble).view({1, 4, 2});
  const Tensor got = nn::minibatch_std(x, 2);
  const double a = (std::sqrt(1 + 1e-8) + 1e-4) / 2, b = (std::sqrt(9 + 1e-8) + 1e-4) / 2;
  const double truth[] = {a, b, a, b};
  for (int64_t i = 0; i < 4; ++i) CHECK(number(got[0][i][0]) == Approx(truth[i]).epsilon(1e-12));

  const Tensor many = normals("x", {11, 3}, {1, 2});
  const Tensor whole = nn::minibatch_std(many, 0);
  const Tensor expected = (many.var(1, false) + 1e-8).sqrt().mean(1);
  CHECK(relative_error(whole.select(1, 7).squeeze(1), expected) < 1e-12);
  CHECK(same_bits(whole, nn::minibatch_std(many, 11)));
  CHECK(same_bits(whole, nn::minibatch_std(many, 200)));
  // 11 samples by fours: two groups, of 6 and 5.
  const Tensor uneven = nn::minibatch_std(many, 4);
  for (const int64_t first : {0, 1}) {
    const Tensor own = many.slice(1, first, 11, 2);
    CHECK(relative_error(uneven.select(1, first + 4).squeeze(1), (own.var(1, false) + 1e-8).sqrt().mean(1)) <
          1e-12);
  }
}

TEST_CASE("statistics of counts are the share of zeros and ln(1 + total)") {
  const Tensor x = at::tensor({0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0}, at::kDouble).view({1, 2, 2, 2});
  const Tensor zeros = nn::share_of_zeros(x), sizes = nn::log_library_size(x);
  CHECK(number(zeros[0][0][0]) == 0.5);
  CHECK(number(zeros[0][1][0]) == 1);
  CHECK(number(sizes[0][0][0]) == Approx(std::log(8.0)).epsilon(1e-14));
  CHECK(number(sizes[0][1][0]) == 0);
}

TEST_CASE("a critic scores the last hidden layer's features beside those of the batch") {
  const Tensor x = normals("x", {6, 3}).abs();
  const auto tried = [&](const Settings& more) {
    Settings settings{{"widths", list<int>({5, 4})}, {"activation", "tanh"}};
    settings.insert(more.begin(), more.end());
    PluginObject object = make(Kind::critic, "mlp", settings);
    Declare d;
    object.as<Critic>().declare(d, {3});
    const Params p = random_params(d);
    const std::vector<Tensor>& w = p.all();
    const auto layer = [&](const Tensor& h, size_t i) { return at::matmul(h, w[i]) + w[i + 1].unsqueeze(1); };
    Tensor in = x;
    if (more.contains("statistics")) in = at::cat({x, nn::share_of_zeros(x), nn::log_library_size(x)}, 2);
    Tensor h = layer(at::tanh(layer(in, 0)), 2);
    size_t last = 4;
    const bool batch = more.contains("minibatch");
    CHECK(object.as<Critic>().works_on_batch() == batch);
    h = at::tanh(h);
    if (more.contains("kernels")) {
      nn::MinibatchDiscrimination closeness;
      Declare alone;
      closeness.declare(alone, "minibatch", 4, 7, 2);
      h = at::cat({h, closeness({{w[last]}, {}, Mode::training}, h)}, 2);
      ++last;
    } else if (batch) {
      h = at::cat({h, nn::minibatch_std(h, 3)}, 2);
    }
    CHECK(w.size() == last + 2);
    CHECK(relative_error(object.as<Critic>().forward(p, x), layer(h, last).squeeze(2), 1e-3) < 1e-12);
  };
  tried({});
  tried({{"statistics", "both"}});
  tried({{"minibatch", "discrimination"}, {"kernels", 7}, {"kernel_dims", 2}});
  tried({{"minibatch", "std"}, {"group", 3}});
  tried({{"minibatch", "std"}, {"group", 3}, {"statistics", "both"}});
  PluginObject flat = make(Kind::critic, "mlp", {{"widths", list<int>({})}, {"minibatch", "std"}});
  Declare d;
  CHECK_THROWS_WITH(flat.as<Critic>().declare(d, {3}),
                    "minibatch features stand beside those of the last hidden layer: there is none");
}
