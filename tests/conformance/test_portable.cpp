// With `--kernels portable` numbers have the same bits on every processor: ATen's operators that haven't are
// replaced, and no plugin uses others. (On other processors than this one nothing can be run here.)
#include <ATen/core/dispatch/Dispatcher.h>

#include <set>

#include "check/processor_operators.hpp"
#include "conformance/trainings.hpp"
#include "lanes/portable_operators.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

bool is_replaced(const std::string& name) {
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow(name.c_str(), "");
  return op.dumpState().find("portable_operators.cpp") != std::string::npos;
}

/// Eigenvalues come in any order.
Tensor sorted(const Tensor& values) {
  const Tensor parts = at::view_as_real(values);
  const Tensor order = (at::real(values) + 0.01 * at::imag(values)).argsort();
  return parts.gather(-2, order.unsqueeze(-1).expand_as(parts));
}
/// Onto the last of eigenvectors, whose signs are free.
Tensor projection(const Tensor& vectors) {
  const Tensor last = vectors.select(1, vectors.size(1) - 1);
  return last.outer(last);
}

/// Each of these before and after the operators are replaced.
std::vector<std::pair<std::string, Tensor>> values(at::ScalarType type) {
  const auto options = at::TensorOptions(type);
  Random random = Streams({7}, options).at("x", 3);
  const Tensor x = (random.normal({7, 11}) * 2)[0], y = (random.uniform({7, 11}) + 0.1)[0];
  const Tensor z = random.normal({7, 11})[0], v = x[0], batch = at::stack({x, z});
  const Tensor leaf = y.clone().requires_grad_();
  std::vector<std::pair<std::string, Tensor>> all{
      {"exp", x.exp()},
      {"exp2", x.exp2()},
      {"expm1", x.expm1()},
      {"log", y.log()},
      {"log2", y.log2()},
      {"log10", y.log10()},
      {"log1p", y.log1p()},
      {"sin", x.sin()},
      {"cos", x.cos()},
      {"tan", y.tan()},
      {"sinh", x.sinh()},
      {"cosh", x.cosh()},
      {"tanh", x.tanh()},
      {"asin", (y / 2).asin()},
      {"acos", (y / 2).acos()},
      {"atan", x.atan()},
      {"erf", x.erf()},
      {"erfc", x.erfc()},
      {"lgamma", y.lgamma()},
      {"digamma", y.digamma()},
      {"polygamma", at::polygamma(1, y)},
      {"sqrt", y.sqrt()},
      {"rsqrt", y.rsqrt()},
      {"sigmoid", x.sigmoid()},
      {"in place", x.clone().exp_()},
      {"of whole numbers", at::arange(1, 5).sqrt()},
      {"pow 2", x.pow(2)},
      {"pow 3", x.pow(3)},
      {"pow 0.5", y.pow(0.5)},
      {"pow -1", y.pow(-1)},
      {"pow 2.5", y.pow(2.5)},
      {"pow tensor", y.pow(x)},
      {"pow of whole numbers", at::arange(1, 5).pow(3)},
      {"sum", x.sum()},
      {"sum 0", x.sum(0)},
      {"sum -1", x.sum(-1, true)},
      {"sum of both", batch.sum(at::IntArrayRef{0, 2})},
      {"sum of flags", (x > 0).sum()},
      {"sum in double", x.sum(1, false, at::kDouble)},
      {"sum of nothing", at::empty({0, 3}, options).sum(0)},
      {"mean", x.mean()},
      {"mean 0", batch.mean(at::IntArrayRef{1}, true)},
      {"var", x.var()},
      {"var 1", x.var(1, /*unbiased=*/false)},
      {"std 0", x.std(0, /*unbiased=*/true)},
      {"norm", x.norm()},
      {"norm 1", at::linalg_vector_norm(x, 1, at::IntArrayRef{1})},
      {"norm 3", at::linalg_vector_norm(x, 3, at::IntArrayRef{1}, true)},
      {"norm inf", at::linalg_vector_norm(x, std::numeric_limits<double>::infinity(), at::IntArrayRef{0})},
      {"softmax", x.softmax(1)},
      {"log_softmax", batch.log_softmax(1)},
      {"logsumexp", x.logsumexp(1)},
      {"bmm", at::bmm(batch, batch.transpose(1, 2))},
      {"baddbmm", at::baddbmm(batch, at::bmm(batch, batch.transpose(1, 2)), batch, 0.5, 2)},
      {"mm", at::mm(x, z.t())},
      {"addmm", at::addmm(y, at::mm(x, z.t()), z)},
      {"mv", at::mv(x, v)},
      {"dot", at::dot(v, z[1])},
      {"matmul", at::matmul(batch, z.t())},
      {"eigvals", sorted(at::linalg_eigvals(at::mm(x, z.t())))},
      {"eigvals of many", sorted(at::linalg_eigvals(at::bmm(batch, batch.transpose(1, 2))))},
      {"eigh", std::get<0>(at::linalg_eigh(x.narrow(1, 0, 7), "U"))},
      {"projection", projection(std::get<1>(at::linalg_eigh(at::mm(x, x.t()))))},
      {"inv", at::linalg_inv(x.narrow(1, 0, 7))},
      {"solve", at::linalg_solve(batch.narrow(2, 0, 7), y)},
      {"solve vectors", at::linalg_solve(batch.narrow(2, 0, 7), batch.select(2, 9))},
  };
  const Tensor loss = leaf.softmax(1).square().sum() + leaf.log_softmax(0).tanh().mean() +
                      leaf.sigmoid().std() + leaf.pow(1.5).sum() + at::mm(leaf, leaf.t()).norm();
  const Tensor square = at::mm(leaf, leaf.t()) + at::arange(7, options).diag(), right = leaf.narrow(1, 0, 3);
  const Tensor solved = at::linalg_solve(square, right).sum() + at::linalg_solve(square.t(), right).norm() +
                        at::linalg_solve(square, right.t(), /*left=*/false).square().sum() +
                        at::linalg_solve(square, leaf.select(1, 0)).sum() + at::linalg_inv(square).norm() +
                        std::get<0>(at::linalg_eigh(square)).square().sum() + leaf.lgamma().sum();
  (loss + solved).backward();
  all.emplace_back("gradients", leaf.grad());
  const auto written = [&](const char* name, auto write) {
    Tensor out = at::empty({0}, options);
    write(out);
    all.emplace_back(name, out);
  };
  written("exp out", [&](Tensor& out) { at::exp_out(out, x); });
  written("sum out", [&](Tensor& out) { at::sum_out(out, x, 1); });
  written("mm out", [&](Tensor& out) { at::mm_out(out, x, z.t()); });
  written("inv out", [&](Tensor& out) { at::linalg_inv_out(out, x.narrow(1, 0, 7)); });
  written("solve out", [&](Tensor& out) { at::linalg_solve_out(out, x.narrow(1, 0, 7), y); });
  written("eigvalsh out", [&](Tensor& out) { at::linalg_eigvalsh_out(out, x.narrow(1, 0, 7)); });
  return all;
}

}  // namespace

TEST_CASE("portable operators compute what ATen's do, of the same shape and type") {
  std::map<at::ScalarType, std::vector<std::pair<std::string, Tensor>>> before;
  REQUIRE(!is_replaced("aten::sum"));  // by none of the cases before
  for (const auto type : {at::kFloat, at::kDouble}) before[type] = values(type);
  use_portable_operators();
  REQUIRE(is_replaced("aten::sum"));
  for (const auto& [type, numbers] : before) {
    const auto after = values(type);
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto& [name, old] = numbers[i];
      const Tensor& now = after[i].second;
      INFO(name << " " << type);
      CHECK(now.scalar_type() == old.scalar_type());
      REQUIRE(now.sizes() == old.sizes());
      // ATen's trigamma ends its series early.
      const double rounding = type == at::kFloat ? 2e-5 : name == "polygamma" ? 1e-9 : 1e-13;
      CHECK(at::allclose(now.to(at::kDouble), old.to(at::kDouble), rounding, rounding));
    }
  }
}

TEST_CASE("portable operators take what ATen's take, and refuse what they refuse") {
  use_portable_operators();
  const Tensor number = at::scalar_tensor(2.5), whole = at::arange(1, 5), none = at::empty({2, 0});
  CHECK(at::equal(number.sum(0), number));
  CHECK(at::equal(number.softmax(0), at::ones({})));
  CHECK(at::linalg_vector_norm(number, 2, at::IntArrayRef{0}).item<float>() == 2.5);
  CHECK(none.softmax(1).sizes() == none.sizes());
  CHECK(none.log_softmax(1).sizes() == none.sizes());
  CHECK(at::equal(at::ones({4}, at::kHalf).sum(), at::full({}, 4, at::kHalf)));
  CHECK(at::equal(at::ones({2, 2}, at::kBFloat16).softmax(1), at::full({2, 2}, 0.5, at::kBFloat16)));
  CHECK(at::equal(at::ones({4}).sum(at::kInt), at::scalar_tensor(4, at::kInt)));
  CHECK(at::equal(at::mm(whole.view({2, 2}), whole.view({2, 2})),
                  at::tensor({7, 10, 15, 22}, at::kLong).view({2, 2})));
  CHECK(at::equal(at::full({1}, 4'000'000'000L, at::kLong).pow(2.0), at::full({1}, 16e18F)));
  CHECK(
      at::equal(at::scalar_tensor(3, at::kLong).pow(39), at::scalar_tensor(4052555153018976267L, at::kLong)));
  Tensor exact = at::empty({}, at::kDouble);
  at::sum_out(exact, at::full({3}, 0.1F), at::IntArrayRef{0});
  CHECK(exact.item<double>() == 3 * static_cast<double>(0.1F));
  CHECK(at::equal(at::linspace(-1, 1, 5), at::tensor({-1.0F, -0.5F, 0.0F, 0.5F, 1.0F})));

  Tensor long_out = at::empty({4}, at::kLong);
  CHECK_THROWS(at::exp_out(long_out, at::ones({4})));
  CHECK_THROWS(at::arange(3).exp_());
  CHECK_THROWS(whole.pow(-1));
  CHECK_THROWS(whole.mean());
  CHECK_THROWS(at::ones({2, 2}).sum(at::IntArrayRef{0, 0}));
  CHECK_THROWS(at::ones({2}, at::kComplexFloat).sum());
  CHECK_THROWS(at::mm(at::ones({2, 2}), at::ones({2, 2}, at::kDouble)));
  CHECK_THROWS(at::mm(at::ones({3, 2, 2}), at::ones({2, 2})));
  CHECK_THROWS(at::dot(at::ones({3}), at::ones({4})));
  CHECK_THROWS(at::linalg_solve(at::ones({2, 2}), at::ones({2})));
  const Tensor eye = at::eye(3), pivots = at::arange(1, 4, at::kInt);
  CHECK_THROWS(at::linalg_solve(eye, at::ones({2, 2})));
  CHECK_THROWS(at::linalg_solve(eye, at::ones({4, 2})));
  CHECK_THROWS(at::linalg_solve(eye, at::ones({2})));
  CHECK_THROWS(at::linalg_solve(eye, at::ones({3}), /*left=*/false));
  CHECK_THROWS(at::linalg_solve(eye, at::ones({3, 2}, at::kDouble)));
  CHECK_THROWS(at::linalg_lu_solve(eye, pivots, at::ones({2, 2})));
  CHECK_THROWS(at::linalg_lu_solve(eye, pivots, at::ones({3})));
  CHECK_THROWS(at::linalg_lu_solve(eye, pivots + 1, at::ones({3, 2})));
  CHECK_THROWS(at::linalg_lu_solve(eye, pivots.narrow(0, 0, 2), at::ones({3, 2})));
  CHECK(at::equal(at::linalg_lu_solve(eye, pivots, at::ones({3, 2})), at::ones({3, 2})));
  CHECK_THROWS(at::bmm(at::ones({1, 2, 2}, at::kLong), at::ones({3, 2, 2}, at::kLong)));
  CHECK_THROWS(at::addmm(at::ones({2, 2}, at::kDouble), at::ones({2, 2}), at::ones({2, 2})));
  CHECK_THROWS(at::addmm(at::ones({2, 2, 2}), at::ones({2, 2}), at::ones({2, 2})));
  CHECK_THROWS(whole.softmax(0));
  CHECK_THROWS(at::linalg_vector_norm(whole));
  CHECK_THROWS(whole.std());
}

TEST_CASE("portable solvers take matrices of no numbers") {
  use_portable_operators();
  const Tensor none = at::empty({0, 0}), square = at::eye(3);
  CHECK(at::linalg_eigvals(none).sizes() == at::IntArrayRef{0});
  CHECK(at::linalg_eigvalsh(none).sizes() == at::IntArrayRef{0});
  CHECK(at::linalg_inv(none).sizes() == none.sizes());
  CHECK(at::linalg_solve(none, at::empty({0, 2})).sizes() == at::IntArrayRef{0, 2});
  CHECK(at::linalg_solve(square, at::empty({3, 0})).sizes() == at::IntArrayRef{3, 0});
  CHECK(at::linalg_solve(at::empty({0, 3, 3}), at::empty({0, 3, 2})).sizes() == at::IntArrayRef{0, 3, 2});
}

TEST_CASE("equal numbers have no portable variance, and their standard deviation no gradient") {
  use_portable_operators();
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf})
    for (const int64_t n : {3, 53, 1000}) {
      Tensor x = (at::arange(1, 8, at::kDouble) / 10).to(type).expand({n, 7}).clone().requires_grad_();
      CHECK(x.var(0).count_nonzero().item<int64_t>() == 0);
      x.std(0).sum().backward();
      CHECK(x.grad().count_nonzero().item<int64_t>() == 0);
    }
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(at::tensor({1.0, inf}).std().isnan().item<bool>());
}

TEST_CASE("numbers of 16 bits are rounded behind portable sums, not within them") {
  use_portable_operators();
  for (const auto type : {at::kHalf, at::kBFloat16}) {
    CHECK(at::linalg_vector_norm(at::full({1}, 300, type)).item<float>() ==
          at::full({}, 300, type).item<float>());
    CHECK(at::equal(at::full({70'000}, 1, type).softmax(0), at::full({70'000}, 1 / 70e3, type)));
    CHECK(at::equal(at::mm(at::ones({2, 3}, type), at::ones({3, 2}, type)), at::full({2, 2}, 3, type)));
    CHECK(at::full({2}, 300, type).var().scalar_type() == type);
  }
  CHECK(at::tensor({-100, 100}).to(at::kHalf).var().item<float>() == 20'000);
}

TEST_CASE("no replaced operator writes into a given tensor by ATen's kernel") {
  // A tape takes that form where there is one. It has the same operands, and any name.
  const auto& names = portable_operators();
  const auto operands = [](const c10::FunctionSchema& schema) {
    std::vector<std::string> types;
    for (const c10::Argument& argument : schema.arguments())
      if (!argument.is_out()) types.push_back(argument.type()->str());
    return types;
  };
  size_t forms = 0;
  const std::set<std::string> replaced(names.begin(), names.end());
  for (const c10::OperatorName& other : c10::Dispatcher::singleton().getAllOpNames()) {
    const auto op = c10::Dispatcher::singleton().findSchema(other);
    const std::string full =
        other.overload_name.empty() ? other.name : other.name + "." + other.overload_name;
    if (!op || replaced.contains(full) || !op->hasKernelForDispatchKey(c10::DispatchKey::CPU)) continue;
    if (op->schema().arguments().empty() || !op->schema().arguments().back().is_out()) continue;
    ++forms;
    for (const std::string& name : replaced) {
      const auto dot = name.find('.');
      if (name.substr(0, dot) != other.name) continue;
      const auto of = c10::Dispatcher::singleton().findSchemaOrThrow(
          other.name.c_str(), dot == std::string::npos ? "" : name.c_str() + dot + 1);
      INFO(name << " is replaced, " << full << " is not");
      CHECK(operands(of.schema()) != operands(op->schema()));
    }
  }
  CHECK(forms > 300);
}

TEST_CASE("with portable kernels no plugin computes by an operator whose bits depend on the processor") {
  std::map<std::string, std::string> others;
  int64_t trained = 0;
  each_training([&](const std::string& name, const check::Bed& bed) {
    for (const char* dtype : {"float32", "float64"}) {
      for (const std::string& op :
           check::processor_operators([&] { train_two(bed, dtype, /*replays=*/false); }))
        others.emplace(op, name);
      ++trained;
    }
  });
  CHECK(trained > 600);
  for (const auto& [op, user] : others) FAIL_CHECK(op << ", of " << user);
}
