// Recorded and replayed evaluations: the same bits, whatever the variables are by then; what can't be
// replayed is refused with its reason. Over everything registered: conformance, "replaying a recorded loss
// …".
#include <ATen/ATen.h>
#include <saddle/ops.hpp>
#include <saddle/random.hpp>

#include <cstring>

#include "lanes/recorder.hpp"
#include "plugin_fixture.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

constexpr int64_t recorded_step = 5;

Random stream(int64_t step) { return Streams({7}, at::TensorOptions(at::kFloat)).at("test", step); }

Tensor numbers(int64_t step) { return stream(step).normal({4, 3})[0].clone(); }

/// What evaluating f under a recorder, with x as its variable, is refused for; empty if it isn't.
std::string refusal(const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = numbers(1);
  Recorder recorder(recorded_step, {x});
  Tensor y;
  const bool recorded = recorder.record([&] { y = f(x); });
  CHECK(recorded == recorder.reason().empty());
  CHECK(x.const_data_ptr<float>() != nullptr);  // locked no longer
  return recorder.reason();
}

}  // namespace

#if SADDLE_LOCKS_STORAGES
namespace {

/// Whether a tape of f gives what f gives, for other values of its variable. Returns how many calls it has.
size_t replays(const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = numbers(1);
  Recorder recorder(recorded_step, {x});
  Tensor y;
  const bool recorded = recorder.record([&] { y = f(x).detach(); });
  INFO(recorder.reason());
  REQUIRE(recorded);
  const Tensor out = at::zeros_like(y, at::MemoryFormat::Contiguous);
  Workspace workspace;
  const Tape tape = recorder.tape({{y, out}}, workspace);
  for (const int64_t step : {recorded_step, recorded_step + 1, recorded_step + 9}) {
    x.copy_(numbers(100 + step));
    tape.run(step);
    const Tensor evaluated = f(x).contiguous();
    REQUIRE(evaluated.sizes() == out.sizes());
    CHECK(std::memcmp(out.const_data_ptr(), evaluated.const_data_ptr(), out.nbytes()) == 0);
  }
  return tape.calls();
}

}  // namespace

TEST_CASE("a tape gives an evaluation's bits for other values of its variables") {
  replays([](const Tensor& x) { return x * 2 + 1; });
  replays([](const Tensor& x) { return lane_mean(saddle::softplus(x).exp() / (1 + x.abs())); });
  replays([](const Tensor& x) {
    const Tensor one = x.unsqueeze(0);
    return std::get<0>(saddle::matmul(one, one, false, true).sort(2));
  });
  replays([](const Tensor& x) { return at::where(x > 0, x.sqrt(), x.t().contiguous().t() - 3); });
  replays([](const Tensor& x) { return at::cat({x, x.narrow(1, 1, 2)}, 1).cumsum(1); });
  replays([](const Tensor& x) { return x.div(3).add(0.1).sub(0.2).mul(0.7).pow(2) - x.pow(3); });
}

TEST_CASE("a tape goes through gradients of gradients") {
  replays([](const Tensor& x) {
    const Tensor leaf = x.detach().requires_grad_();
    const Tensor w = at::full({1, 3, 2}, 0.7), b = at::zeros({1, 2});
    const Tensor y = dense(leaf.unsqueeze(0), w, b, Activation::tanh).sum(2);
    const Tensor slope = input_gradient(y, leaf);
    return derivative(lane_sum(slope.square().sum().unsqueeze(0)), {leaf})[0];
  });
}

TEST_CASE("a product that nothing but a relu's gate reads is gated as it is computed") {
  struct Widths {
    int64_t inputs, hidden, outputs;
  };
  for (const auto& [inputs, hidden, outputs] : {Widths{3, 64, 48}, {3, 40, 1}, {2, 7, 20}, {1, 1, 1}})
    for (const at::ScalarType type : {at::kFloat, at::kDouble})
      for (const bool twice : {false, true}) {  // second derivatives go another way
        INFO(inputs << " " << hidden << " " << outputs << " " << type << " " << twice);
        const auto gradients = [=](const Tensor& x, bool hidden_too) {
          const auto part = [&](int64_t rows, int64_t columns, double shift) {
            const Tensor at = at::arange(rows * columns, at::TensorOptions(at::kDouble)) * 0.7 + shift;
            const Tensor one = at.sin().to(type).view({1, rows, columns});
            return at::cat({one, one * x.sum().to(type)}, 0);
          };
          const Tensor samples = part(30, inputs, 1).requires_grad_(),
                       w1 = part(inputs, hidden, 2).requires_grad_(),
                       b1 = part(1, hidden, 3).squeeze(1).requires_grad_(), w2 = part(hidden, outputs, 4),
                       b2 = part(1, outputs, 5).squeeze(1);
          const Tensor inner = dense(samples, w1, b1, Activation::relu);
          Tensor loss = dense(inner, w2, b2, Activation::softplus);
          if (twice) loss = input_gradient(sample_sum(loss), samples);
          std::vector<Tensor> wanted{w1, b1};
          if (twice) wanted.pop_back();
          if (hidden_too) wanted.push_back(inner);
          std::vector<Tensor> flat;
          for (const Tensor& g : torch::autograd::grad({loss.square().sum()}, wanted))
            flat.push_back(g.reshape(-1));
          return at::cat(flat);
        };
        const size_t joined = replays([&](const Tensor& x) { return gradients(x, false); });
        const size_t apart = replays([&](const Tensor& x) { return gradients(x, true); });
        CHECK(joined + 1 == apart);
      }
}

namespace {

/// How many calls fewer a tape of f has where the gate in it is a relu's.
size_t joined_in(const std::function<Tensor(const Tensor& x, Activation activation)>& f) {
  const size_t apart = replays([&](const Tensor& x) { return f(x, Activation::leaky_relu); });
  return apart - replays([&](const Tensor& x) { return f(x, Activation::relu); });
}

/// What comes back through an activation where g does.
Tensor back_through(Activation activation, const Tensor& y, const Tensor& g) {
  const Tensor leaf = y.detach().requires_grad_();
  return torch::autograd::grad({activate(leaf, activation)}, {leaf}, {g})[0];
}

Tensor grown(const Tensor& x, int64_t rows, int64_t columns) {  // [1, rows, columns], from x
  const Tensor at = at::arange(rows * columns, x.options()) * 0.7;
  return (at.sin() * (1 + x.sum().sin())).view({1, rows, columns});
}

}  // namespace

TEST_CASE("a product so thin that its gate goes over it afterwards has an evaluation's bits") {
  // Sums of products that underflow are zeros with a sign, which the ways to compute them treat differently.
  for (const int64_t columns : {2, 5, 15, 16, 40})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const double scale : {1.0, 1e-22}) {
          INFO(columns << " " << ta << tb << " " << scale);
          CHECK(joined_in([&](const Tensor& x, Activation activation) {
                  const Tensor a = grown(x, ta ? 30 : 20, ta ? 20 : 30),
                               b = grown(x, tb ? columns : 30, tb ? 30 : columns);
                  const Tensor product = saddle::matmul(a * scale, b * scale, ta, tb);
                  return back_through(activation, saddle::matmul(a, b, ta, tb), product);
                }) == 1);
        }
}

TEST_CASE("a product is left where it is if anything else meets it or what it is made of") {
  const auto y = [](const Tensor& x, int64_t rows) { return grown(x * 3, rows, 20); };
  CHECK(joined_in([&](const Tensor& x, Activation activation) {  // its operand changes before the gate
          const Tensor w = grown(x, 20, 20), product = saddle::matmul(grown(x, 30, 20), w);
          const Tensor later = w.mul_(2).sum();
          return back_through(activation, y(x, 30), product) + later;
        }) == 0);
  CHECK(joined_in([&](const Tensor& x, Activation activation) {  // part of it does
          const Tensor product = saddle::matmul(grown(x, 30, 20), grown(x, 20, 20));
          product.narrow(1, 0, 3).mul_(2);
          return back_through(activation, y(x, 30), product);
        }) == 0);
  CHECK(joined_in([&](const Tensor& x, Activation activation) {  // the gate takes a part
          const Tensor product = saddle::matmul(at::cat({grown(x, 30, 20), grown(x + 1, 30, 20)}),
                                                at::cat({grown(x, 20, 20), grown(x, 20, 20)}));
          return back_through(activation, y(x, 30), product.narrow(0, 1, 1));
        }) == 0);
  CHECK(joined_in([&](const Tensor& x, Activation activation) {  // it is the gate's numbers as well
          const Tensor product = saddle::matmul(grown(x, 30, 20), grown(x, 20, 20));
          return back_through(activation, product, product);
        }) == 0);
}

TEST_CASE("a tape changes in place what it computed itself, and leaves its variables alone") {
  replays([](const Tensor& x) {
    Tensor y = at::zeros_like(x);
    y.add_(x).mul_(3);
    y.narrow(1, 0, 1).copy_(x.narrow(1, 2, 1));
    return y;
  });
}

TEST_CASE("draws of a tape are those of the step that it runs for") {
  const Tensor x = at::zeros({2, 3});
  Recorder recorder(recorded_step, {x});
  Tensor y;
  REQUIRE(recorder.record([&] {
    Random now = stream(recorded_step), fixed = stream(0);
    y = x + now.normal({2, 3})[0] + fixed.uniform({2, 3})[0];
  }));
  const Tensor out = at::zeros_like(y);
  Workspace workspace;
  const Tape tape = recorder.tape({{y, out}}, workspace);
  for (const int64_t step : {recorded_step, int64_t{8}}) {
    tape.run(step);
    Random now = stream(step), fixed = stream(0);
    CHECK(at::equal(out, x + now.normal({2, 3})[0] + fixed.uniform({2, 3})[0]));
  }
}

TEST_CASE("what comes from outside is made anew for every run, and copied") {
  const Tensor table = at::arange(12, at::kFloat).view({6, 2});
  Recorder recorder(recorded_step, {});
  Tensor y;
  REQUIRE(recorder.record([&] {
    const auto made = recorder.outside([&](int64_t step) {
      return Recorder::Made{table.narrow(0, step % 6, 1), {}};
    });
    y = made[0] * 2;
  }));
  const Tensor out = at::zeros_like(y);
  Workspace workspace;
  const Tape tape = recorder.tape({{y, out}}, workspace);
  for (int64_t step = 0; step < 6; ++step) {
    tape.run(step);
    CHECK(at::equal(out, table.narrow(0, step, 1) * 2));
  }
  CHECK(at::equal(table, at::arange(12, at::kFloat).view({6, 2})));
}

namespace {

/// A recording of twice what `make` makes, run for some steps: what it gave, and how often `make` was called.
std::pair<std::vector<Tensor>, int> made_at(const std::vector<int64_t>& steps,
                                            const std::function<Tensor(Random&)>& make) {
  int calls = 0;
  Recorder recorder(recorded_step, {});
  Tensor y;
  REQUIRE(recorder.record([&] {
    y = recorder.made_of_draws([&](int64_t step) {
      ++calls;
      Random random = stream(step);
      return Recorder::Made{make(random), Tensor()};
    })[0] *
        2;
  }));
  const Tensor out = at::zeros_like(y);
  Workspace workspace;
  const Tape tape = recorder.tape({{y, out}}, workspace);
  std::vector<Tensor> results;
  for (const int64_t step : steps) {
    tape.run(step);
    results.push_back(out.clone());
  }
  return {results, calls};
}

}  // namespace

TEST_CASE("a batch made of draws and operators is recorded, any other is made again") {
  const Tensor table = at::arange(10, at::kFloat);
  const auto by_operators = [&](Random& random) {
    const Tensor rows = random.integers({6}, 10), noise = random.normal({6});
    return table.index_select(0, rows.flatten()) + noise[0];
  };
  const auto by_loop = [&](Random& random) {
    const Tensor rows = random.integers({6}, 10), noise = random.normal({6}), out = at::empty_like(noise);
    run_loop({rows, noise}, {out}, [](char* const* p) {
      for (int i = 0; i < 6; ++i)
        reinterpret_cast<float*>(p[2])[i] =
            static_cast<float>(reinterpret_cast<int64_t*>(p[0])[i]) + reinterpret_cast<float*>(p[1])[i];
    });
    return out[0];
  };
  const auto by_pointer = [&](Random& random) {
    const Tensor rows = random.integers({6}, 10), noise = random.normal({6});
    const Tensor out = noise.clone();
    for (int i = 0; i < 6; ++i)
      out.mutable_data_ptr<float>()[i] += static_cast<float>(rows.const_data_ptr<int64_t>()[i]);
    return out[0];
  };
  const std::vector<int64_t> steps{recorded_step, recorded_step + 3, recorded_step + 4};
  const auto expected = [&](int64_t step) {
    Random random = stream(step);
    return by_operators(random) * 2;
  };
  const auto holds_for = [&](const std::function<Tensor(Random&)>& make, int calls) {
    const auto [results, called] = made_at(steps, make);
    CHECK(called == calls);
    for (size_t i = 0; i < steps.size(); ++i) CHECK(at::equal(results[i], expected(steps[i])));
  };
  holds_for(by_operators, 1);
  holds_for(by_loop, 1);
  holds_for(by_pointer, 2 + static_cast<int>(steps.size()));
}

TEST_CASE("what can't be replayed is refused, with the reason") {
  CHECK_THAT(refusal([](const Tensor& x) { return x * x.sum().item<float>(); }), holds("a computed number"));
  CHECK_THAT(refusal([](const Tensor& x) { return x * x.const_data_ptr<float>()[0]; }),
             holds("read or written past its operators"));
  CHECK_THAT(refusal([](const Tensor& x) {
               const Tensor y = x + 1;
               return y * y.accessor<float, 2>()[0][0];
             }),
             holds("read or written past its operators"));
  CHECK_THAT(refusal([](const Tensor& x) { return x.masked_select(x > 0); }),
             holds("depends on computed numbers"));
  CHECK_THAT(refusal([](const Tensor& x) { return x + at::randn_like(x); }), holds("a generator of ATen's"));
  const Tensor remembered = at::zeros({4, 3});
  CHECK_THAT(refusal([&](const Tensor& x) { return remembered.add_(x).clone(); }),
             holds("what was there before"));
  CHECK_THAT(refusal([](const Tensor&) -> Tensor { throw std::runtime_error("no"); }), holds("no"));
  CHECK(refusal([](const Tensor& x) { return x + at::tensor({1.0F, 2.0F, 3.0F}); }).empty());
}

TEST_CASE("tapes that share a workspace keep what they return apart") {
  const Tensor x = at::ones({64, 64});
  Workspace workspace;
  const auto tape_of = [&](int64_t count, const Tensor& out) {
    Recorder recorder(recorded_step, {x});
    Tensor y;
    REQUIRE(recorder.record([&] {
      y = x;
      for (int64_t i = 0; i < count; ++i) y = y + x.exp();
    }));
    return recorder.tape({{y, out}}, workspace);
  };
  const Tensor a = at::zeros({64, 64}), b = at::zeros({64, 64});
  const Tape few = tape_of(2, a), many = tape_of(9, b);
  x.fill_(0.5);
  few.run(1);
  many.run(1);
  few.run(1);
  CHECK(at::equal(a, x + x.exp() + x.exp()));
  Tensor expected = x;
  for (int i = 0; i < 9; ++i) expected = expected + x.exp();
  CHECK(at::equal(b, expected));
}
#else
TEST_CASE("with a LibTorch that can't tell who reads a computed number, nothing is recorded") {
  CHECK(refusal([](const Tensor& x) { return x * 2; }) ==
        "LibTorch before 2.12 can't tell who reads a computed number");
}
#endif
