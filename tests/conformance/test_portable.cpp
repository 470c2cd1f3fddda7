// With `--kernels portable` numbers have the same bits on every processor: ATen's operators that haven't are
// replaced, and no plugin uses others. (On other processors than this one nothing can be run here.)
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <set>

#include "check/bed.hpp"
#include "conformance/everything.hpp"
#include "game/trainer.hpp"
#include "lanes/portable_operators.hpp"
#include "lanes/recording.hpp"

using namespace saddle;
using namespace saddle::testing;

namespace {

// Operators that only place, choose or compare numbers, or round one sum, product or quotient of two; and
// sums that ATen does one number after the other.
const std::set<std::string> exact{"_local_scalar_dense",
                                  "_reshape_alias",
                                  "_to_copy",
                                  "_unsafe_view",
                                  "abs",
                                  "add",
                                  "add_",
                                  "all",
                                  "max",
                                  "min",
                                  "amax",
                                  "amin",
                                  "argmax",
                                  "as_strided",
                                  "bitwise_and",
                                  "cat",
                                  "clamp",
                                  "clamp_",
                                  "clamp_max",
                                  "clamp_min",
                                  "clone",
                                  "copy_",
                                  "detach",
                                  "diagonal",
                                  "div",
                                  "div_",
                                  "empty",
                                  "empty_like",
                                  "eq",
                                  "equal",
                                  "expand",
                                  "eye",
                                  "fill_",
                                  "floor",
                                  "full",
                                  "gather",
                                  "ge",
                                  "gt",
                                  "index_select",
                                  "le",
                                  "lt",
                                  "maximum",
                                  "median",
                                  "mul",
                                  "mul_",
                                  "ne",
                                  "neg",
                                  "new_zeros",
                                  "ones_like",
                                  "reciprocal",
                                  "round",
                                  "scalar_tensor",
                                  "scatter",
                                  "scatter_",
                                  "scatter_add_",
                                  "select",
                                  "sgn",
                                  "slice",
                                  "slice_backward",
                                  "sort",
                                  "split_with_sizes",
                                  "squeeze",
                                  "stack",
                                  "sub",
                                  "sub_",
                                  "t",
                                  "transpose",
                                  "unbind",
                                  "unsqueeze",
                                  "view",
                                  "where",
                                  "zero_",
                                  "zeros",
                                  "zeros_like"};

// The gradients of samples of gamma and Dirichlet distributions, and LAPACK's.
const std::set<std::string> differ{"_dirichlet_grad", "_standard_gamma_grad", "linalg_eig",
                                   "linalg_eigvals",  "_linalg_eigvals",      "linalg_solve_ex",
                                   "_linalg_solve_ex"};

thread_local std::map<std::string, std::string>* seen = nullptr;
thread_local std::string who;

bool scales(const c10::OperatorHandle& op, const std::vector<c10::IValue>& stack) {
  const auto alpha = op.schema().argumentIndexWithName("alpha");
  if (!alpha) return false;
  const auto& value = stack[stack.size() - op.schema().arguments().size() + static_cast<size_t>(*alpha)];
  return value.isScalar() &&
         std::abs(value.toScalar().toDouble()) != 1;  // fused into one rounding by some processors
}

void note(const c10::OperatorHandle& op, c10::DispatchKeySet keys, std::vector<c10::IValue>* stack) {
  const c10::impl::ExcludeDispatchKeyGuard below(c10::DispatchKey::Fake);
  const auto& schema = op.schema();
  const std::string bare = schema.name().substr(schema.name().find("::") + 2);
  const bool scaled = scales(op, *stack);
  bool real = false;
  const auto look = [&](size_t n) {
    for (size_t i = stack->size() - n; i < stack->size(); ++i)
      each_tensor((*stack)[i], [&](const Tensor& x) { real = real || x.is_floating_point(); });
  };
  look(schema.arguments().size());
  op.redispatchBoxed(keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, c10::DispatchKey::Fake),
                     stack);
  look(schema.returns().size());
  if (!real || seen == nullptr) return;
  if (exact.contains(bare) && !scaled) return;
  const std::string full =
      schema.name() + (schema.overload_name().empty() ? "" : "." + schema.overload_name());
  seen->emplace(full + (scaled ? " with alpha" : ""), who);
}

void train(const std::vector<TrialConfig>& trials) {
  std::vector<const TrialConfig*> all;
  for (const TrialConfig& trial : trials) all.push_back(&trial);
  const SharedData data = load_data(*trials[0].data, {check::options_of(trials[0])});
  Trainer trainer(all, data, at::kCPU, /*replays=*/false);
  trainer.run([](int64_t) { return true; }, [](const TrialResult&) {});
}

}  // namespace

TEST_CASE("with portable kernels no plugin computes by an operator whose bits depend on the processor") {
  torch::Library watch(torch::Library::IMPL, "_", c10::DispatchKey::Fake, __FILE__, __LINE__);
  watch.fallback(torch::CppFunction::makeFromBoxedFunction<&note>());
  std::map<std::string, std::string> others;
  seen = &others;
  int64_t trained = 0;
  for (const Kind kind : all_kinds())
    for (const RegisteredPlugin* plugin : checked_registry().of(kind)) {
      const check::Subject subject{plugin, &checked_registry(), example(*plugin)};
      const check::Placed placed = check::placed(check::odd(subject), check::odd_bed());
      if (!placed.bed) continue;
      who = fmt::format("{} {}", kind_name(kind), plugin->name());
      for (const char* dtype : {"float32", "float64"}) {
        check::Bed bed = *placed.bed;
        bed.train["steps"] = "2";
        bed.train["dtype"] = dtype;
        bed.sections["measure"] = "{every: 1, samples: 53}";
        const c10::impl::IncludeDispatchKeyGuard noted(c10::DispatchKey::Fake);
        train({bed.trial(checked_registry(), 0), bed.trial(checked_registry(), 1)});
        ++trained;
      }
    }
  seen = nullptr;
  CHECK(trained > 200);
  std::set<std::string> replaced(portable_operators().begin(), portable_operators().end());
  for (const auto& [op, user] : others) {
    const std::string bare =
        op.substr(6, op.find('.') == std::string::npos ? std::string::npos : op.find('.') - 6);
    INFO(op << ", of " << user);
    CHECK((replaced.contains(op) || differ.contains(bare)));
  }
}

namespace {

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
  };
  const Tensor loss = leaf.softmax(1).square().sum() + leaf.log_softmax(0).tanh().mean() +
                      leaf.sigmoid().std() + leaf.pow(1.5).sum() + at::mm(leaf, leaf.t()).norm();
  loss.backward();
  all.emplace_back("gradients", leaf.grad());
  const auto written = [&](const char* name, auto write) {
    Tensor out = at::empty({0}, options);
    write(out);
    all.emplace_back(name, out);
  };
  written("exp out", [&](Tensor& out) { at::exp_out(out, x); });
  written("sum out", [&](Tensor& out) { at::sum_out(out, x, 1); });
  written("mm out", [&](Tensor& out) { at::mm_out(out, x, z.t()); });
  return all;
}

}  // namespace

TEST_CASE("portable operators compute what ATen's do, of the same shape and type") {
  std::map<at::ScalarType, std::vector<std::pair<std::string, Tensor>>> before;
  for (const auto type : {at::kFloat, at::kDouble}) before[type] = values(type);
  use_portable_operators();
  for (const auto& [type, numbers] : before) {
    const auto after = values(type);
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto& [name, old] = numbers[i];
      const Tensor& now = after[i].second;
      INFO(name << " " << type);
      CHECK(now.scalar_type() == old.scalar_type());
      REQUIRE(now.sizes() == old.sizes());
      const double rounding = type == at::kDouble ? 1e-13 : 2e-5;
      CHECK(at::allclose(now.to(at::kDouble), old.to(at::kDouble), rounding, rounding));
    }
  }
}
